// A real identity provider, as a city runs one: oidc-provider, with the people and the client that it is given as JSON.
import process from 'node:process';

const { argv, cwd, stdout } = process;
const { default: Provider } = await import(`${cwd()}/node_modules/oidc-provider/lib/index.js`);
const { issuer, port, keys, client, people } = JSON.parse(argv[2]);

const page = (ctx, title, form) => {
  ctx.type = 'html';
  ctx.body = `<!doctype html><html lang="de"><title>${title}</title><h1>${title}</h1>${form}</html>`;
};

const provider = new Provider(issuer, {
  clients: [client],
  jwks: { keys },
  cookies: { keys: ['of the tests alone'] },
  conformIdTokenClaims: false,
  claims: { openid: ['sub', 'amr', 'auth_time'], email: ['email', 'email_verified', 'groups'] },
  findAccount: (_ctx, id) => people[id] && { accountId: id, claims: async () => ({ sub: id, ...people[id] }) },
  pkce: { required: () => true },
  interactions: { url: (_ctx, interaction) => `/interaction/${interaction.uid}` },
  features: {
    devInteractions: { enabled: false },
    rpInitiatedLogout: {
      logoutSource: (ctx, form) => {
        page(ctx, 'Abmelden?', `${form}<button form="op.logoutForm" name="logout" value="yes">Ja</button>`);
      },
    },
  },
});

// Whoever names himself is believed: passwords are not what is tested here.
provider.use(async (ctx, next) => {
  if (!ctx.path.startsWith('/interaction/')) return next();
  const { prompt, params, session } = await provider.interactionDetails(ctx.req, ctx.res);
  if (prompt.name === 'consent') {
    const grant = new provider.Grant({ accountId: session.accountId, clientId: params.client_id });
    grant.addOIDCScope(params.scope);
    const consent = { grantId: await grant.save() };
    return provider.interactionFinished(ctx.req, ctx.res, { consent }, { mergeWithLastSubmission: true });
  }
  const { login, refuse } = ctx.query;
  if (refuse) {
    const refusal = { error: 'access_denied', error_description: 'stopped' };
    return provider.interactionFinished(ctx.req, ctx.res, refusal, { mergeWithLastSubmission: false });
  }
  if (login) return provider.interactionFinished(ctx.req, ctx.res, { login: { accountId: login, amr: ['pwd', 'mfa'] } });
  return page(ctx, 'Anmeldedienst der Stadt', `<form><label>Kennung <input name="login"></label><button>Anmelden</button></form>
    <form><button name="refuse" value="1">Abbrechen</button></form>`);
});

provider.listen(port, '127.0.0.1', () => stdout.write('listening\n'));
