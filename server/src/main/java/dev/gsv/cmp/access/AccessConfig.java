package dev.gsv.cmp.access;

import com.nimbusds.jose.jwk.source.JWKSource;
import com.nimbusds.jose.proc.SecurityContext;
import dev.gsv.cmp.kit.KitProblem;
import dev.gsv.cmp.kit.ProblemAdvice;
import java.util.List;
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
     * What the framework serves of the embedded issuer; {@link MetadataApi} says so. Codes, introspection and the rest
     * are not offered and therefore not reachable.
     */
    private static final String[] ISSUER = {"/oauth2/jwks", "/oauth2/token"};

    private static final List<String> METHODS = List.of("DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT");

    @Bean
    @Order(1)
    SecurityFilterChain issuerChain(HttpSecurity http, IssuerTokens tokens, IssuerClients clients) {
        return bare(http.securityMatcher(ISSUER))
                .with(
                        new OAuth2AuthorizationServerConfigurer(),
                        server -> server.registeredClientRepository(clients)
                                .authorizationService(tokens)
                                .tokenGenerator(tokens)
                                .authorizationServerSettings(
                                        AuthorizationServerSettings.builder().build()))
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
