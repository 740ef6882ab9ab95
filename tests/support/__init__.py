"""What tests need from outside the package: real servers, started once and stopped for certain."""
