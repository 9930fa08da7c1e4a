package dev.gsv.cmp.access;

import com.nimbusds.jose.jwk.source.JWKSource;
import com.nimbusds.jose.proc.SecurityContext;
import dev.gsv.cmp.kit.KitProblem;
import dev.gsv.cmp.kit.ProblemAdvice;
import java.util.List;
import java.util.Map;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.Order;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configuration.EnableWebSecurity;
import org.springframework.security.config.annotation.web.configurers.AbstractHttpConfigurer;
import org.springframework.security.config.annotation.web.configurers.oauth2.server.authorization.OAuth2AuthorizationServerConfigurer;
import org.springframework.security.config.http.SessionCreationPolicy;
import org.springframework.security.core.userdetails.UserDetailsService;
import org.springframework.security.core.userdetails.UsernameNotFoundException;
import org.springframework.security.crypto.password.PasswordEncoder;
import org.springframework.security.oauth2.jwt.BadJwtException;
import org.springframework.security.oauth2.jwt.JwtDecoder;
import org.springframework.security.oauth2.server.authorization.settings.AuthorizationServerSettings;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.firewall.RequestRejectedHandler;
import org.springframework.security.web.header.writers.ReferrerPolicyHeaderWriter.ReferrerPolicy;

/**
 * Joins access to Spring Security, which here does three things: the endpoints of the embedded issuer, the firewall,
 * and the security headers. Who may call what is decided by the gate, from what stands on each endpoint.
 */
@Configuration(proxyBeanMethods = false)
@EnableWebSecurity
@EnableConfigurationProperties(AccessSettings.class)
class AccessConfig {

    /**
     * What the embedded issuer serves. Codes, introspection and the rest are not offered and therefore not reachable.
     */
    private static final String[] ISSUER = {
        "/.well-known/openid-configuration", "/.well-known/oauth-authorization-server", "/oauth2/jwks", "/oauth2/token"
    };

    private static final List<String> METHODS = List.of("DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT");

    private static final List<String> NOT_OFFERED = List.of(
            "introspection",
            "revocation",
            "userinfo",
            "end_session",
            "device_",
            "pushed_",
            "registration",
            "tls_client",
            "dpop",
            "code_challenge");

    @Bean
    @Order(1)
    SecurityFilterChain issuerChain(HttpSecurity http, Issuer issuer, IssuerTokens tokens, IssuerClients clients) {
        return bare(http.securityMatcher(ISSUER))
                .with(
                        new OAuth2AuthorizationServerConfigurer(),
                        server -> server.registeredClientRepository(clients)
                                .authorizationService(tokens)
                                .tokenGenerator(tokens)
                                .authorizationServerSettings(
                                        AuthorizationServerSettings.builder().build())
                                .authorizationServerMetadataEndpoint(it -> it.authorizationServerMetadataCustomizer(
                                        metadata -> metadata.claims(claims -> honest(claims, issuer.address()))))
                                .oidc(oidc -> oidc.providerConfigurationEndpoint(it ->
                                        it.providerConfigurationCustomizer(metadata ->
                                                metadata.claims(claims -> honest(claims, issuer.address()))))))
                .build();
    }

    @Bean
    @Order(2)
    SecurityFilterChain apiChain(HttpSecurity http, ProblemAdvice problems) {
        return bare(http)
                .headers(headers ->
                        headers.referrerPolicy(it -> it.policy(ReferrerPolicy.STRICT_ORIGIN_WHEN_CROSS_ORIGIN)))
                .exceptionHandling(it -> it.authenticationEntryPoint(
                                (request, response, e) -> problems.write(new KitProblem.Unauthenticated(), response))
                        .accessDeniedHandler((request, response, e) ->
                                problems.write(new KitProblem.PermissionDenied("This is not allowed."), response)))
                .build();
    }

    private static HttpSecurity bare(HttpSecurity http) {
        return http.authorizeHttpRequests(it -> it.anyRequest().permitAll())
                .sessionManagement(it -> it.sessionCreationPolicy(SessionCreationPolicy.STATELESS))
                .csrf(AbstractHttpConfigurer::disable)
                .httpBasic(AbstractHttpConfigurer::disable)
                .formLogin(AbstractHttpConfigurer::disable)
                .logout(AbstractHttpConfigurer::disable)
                .requestCache(AbstractHttpConfigurer::disable);
    }

    /** Metadata that names our address whatever the request called us, and only what we offer. */
    private static void honest(Map<String, Object> metadata, String address) {
        metadata.keySet().removeIf(name -> NOT_OFFERED.stream().anyMatch(name::contains));
        metadata.put("issuer", address);
        metadata.put("jwks_uri", address + "/oauth2/jwks");
        metadata.put("token_endpoint", address + "/oauth2/token");
        metadata.put("authorization_endpoint", address + "/oauth2/authorize");
        metadata.put("grant_types_supported", List.of("client_credentials"));
        metadata.put("token_endpoint_auth_methods_supported", List.of("client_secret_basic", "client_secret_post"));
    }

    @Bean
    JWKSource<SecurityContext> publishedKeys(SigningKeys keys) {
        return (selector, context) -> selector.select(keys.published());
    }

    @Bean
    PasswordEncoder clientSecrets() {
        return new ClientSecrets();
    }

    /** The firewall's refusals look like every other one. */
    @Bean
    RequestRejectedHandler firewallRefusals(ProblemAdvice problems) {
        return (request, response, e) -> problems.write(
                METHODS.contains(request.getMethod())
                        ? new KitProblem.Invalid("The address or a header of the request is not allowed.")
                        : new KitProblem.MethodNotAllowed("This method", String.join(", ", METHODS)),
                response);
    }

    /**
     * Tokens are proved by {@link Tokens} alone, through the issuer's metadata. Spring wants a decoder to exist, and
     * would make one on our own key: this one believes nothing.
     */
    @Bean
    JwtDecoder believesNothing() {
        return token -> {
            throw new BadJwtException("tokens are proved elsewhere");
        };
    }

    /** Nobody signs in through Spring Security; without this bean it would make up a user and a password. */
    @Bean
    UserDetailsService nobody() {
        return name -> {
            throw new UsernameNotFoundException("nobody signs in here");
        };
    }
}
