package dev.gsv.cmp.access;

import org.jspecify.annotations.Nullable;
import org.springframework.security.oauth2.core.OAuth2AccessToken;
import org.springframework.security.oauth2.core.OAuth2Token;
import org.springframework.security.oauth2.server.authorization.OAuth2Authorization;
import org.springframework.security.oauth2.server.authorization.OAuth2AuthorizationService;
import org.springframework.security.oauth2.server.authorization.OAuth2TokenType;
import org.springframework.security.oauth2.server.authorization.token.OAuth2TokenContext;
import org.springframework.security.oauth2.server.authorization.token.OAuth2TokenGenerator;
import org.springframework.stereotype.Component;

/**
 * Tokens for services, made by the one issuer. They say everything themselves and live minutes, so nothing is kept of
 * them; a memory of each would only grow.
 */
@Component
class IssuerTokens implements OAuth2TokenGenerator<OAuth2Token>, OAuth2AuthorizationService {

    private final Issuer issuer;
    private final Accounts accounts;

    IssuerTokens(Issuer issuer, Accounts accounts) {
        this.issuer = issuer;
        this.accounts = accounts;
    }

    @Override
    public @Nullable OAuth2Token generate(OAuth2TokenContext context) {
        if (!OAuth2TokenType.ACCESS_TOKEN.equals(context.getTokenType())) {
            return null;
        }
        return accounts.client(context.getRegisteredClient().getClientId())
                .map(issuer::token)
                .map(token -> new OAuth2AccessToken(
                        OAuth2AccessToken.TokenType.BEARER,
                        token.text(),
                        token.issuedAt(),
                        token.expiresAt(),
                        context.getAuthorizedScopes()))
                .orElse(null);
    }

    @Override
    public void save(OAuth2Authorization authorization) {}

    @Override
    public void remove(OAuth2Authorization authorization) {}

    @Override
    public @Nullable OAuth2Authorization findById(String id) {
        return null;
    }

    @Override
    public @Nullable OAuth2Authorization findByToken(String token, @Nullable OAuth2TokenType tokenType) {
        return null;
    }
}
