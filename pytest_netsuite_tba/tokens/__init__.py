"""How tokens are made and revoked: the authorization flow, and user credentials."""
