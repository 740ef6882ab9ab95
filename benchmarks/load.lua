-- Asks for random lines of the file in $REQUESTS: a path, and perhaps behind tabs headers as "Name: value".
local asked = {}

init = function()
  for line in io.lines(os.getenv("REQUESTS")) do
    local headers, path = {Host = wrk.headers["Host"]}, nil
    for part in line:gmatch("[^\t]+") do
      local name, value = part:match("^([%w-]+): (.*)$")
      if path == nil then path = part elseif name then headers[name] = value end
    end
    asked[#asked + 1] = wrk.format("GET", path, headers)
  end
  math.randomseed(20261122)
end

request = function() return asked[math.random(#asked)] end

done = function(summary, latency)
  local errors = summary.errors
  io.write(string.format('\n{"requests": %d, "microseconds": %d, "p50": %f, "p99": %f, "max": %f, "failed": %d}\n',
    summary.requests, summary.duration, latency:percentile(50), latency:percentile(99), latency.max,
    errors.status + errors.connect + errors.read + errors.write + errors.timeout))
end
