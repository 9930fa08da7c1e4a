package dev.gsv.cmp.orgs;

import dev.gsv.cmp.kit.KitProblem;
import dev.gsv.cmp.kit.Open;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.MethodParameter;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.web.bind.support.WebDataBinderFactory;
import org.springframework.web.context.request.NativeWebRequest;
import org.springframework.web.method.HandlerMethod;
import org.springframework.web.method.support.HandlerMethodArgumentResolver;
import org.springframework.web.method.support.ModelAndViewContainer;
import org.springframework.web.servlet.HandlerInterceptor;
import org.springframework.web.servlet.config.annotation.InterceptorRegistry;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;

/**
 * Lets a caller through to an endpoint only as its {@link Needs} or {@link Open} says; an endpoint with neither is
 * closed.
 */
public class Gate implements HandlerInterceptor, HandlerMethodArgumentResolver {

    /** Request attribute where {@code access} puts the {@link Proof}. */
    public static final String PROOF = Proof.class.getName();

    private static final String CALLER = Caller.class.getName();

    /** Looks at the credential of a request. */
    @FunctionalInterface
    public interface Proof {
        /**
         * The caller; absent when the request carries no credential.
         *
         * @throws dev.gsv.cmp.kit.Problem 401 when it carries a bad one
         */
        Optional<Caller> caller();
    }

    private static final Set<String> READING = Set.of("GET", "HEAD");

    @Override
    public boolean preHandle(HttpServletRequest request, HttpServletResponse response, Object handler) {
        if (!(handler instanceof HandlerMethod method) || !ours(method)) {
            return true;
        }
        Needs needs = method.getMethodAnnotation(Needs.class);
        if (needs == null) {
            if (open(method)) {
                if (asksWhoCalls(method)) {
                    caller(request).ifPresent(caller -> request.setAttribute(CALLER, caller));
                }
                return true;
            }
            throw new KitProblem.PermissionDenied("This call is not open to anybody.");
        }
        Caller caller = caller(request).orElseThrow(KitProblem.Unauthenticated::new);
        Set<Need> demanded = EnumSet.copyOf(List.of(needs.value()));
        if (!admitted(caller, demanded, needs.keys().length > 0)) {
            throw new KitProblem.PermissionDenied("This credential cannot be used for this call.");
        }
        caller.presentedKey().ifPresent(key -> scoped(key, needs.keys()));
        request.setAttribute(CALLER, caller.needing(demanded, READING.contains(request.getMethod())));
        return true;
    }

    private static Optional<Caller> caller(HttpServletRequest request) {
        return request.getAttribute(PROOF) instanceof Proof proof ? proof.caller() : Optional.empty();
    }

    private static boolean asksWhoCalls(HandlerMethod method) {
        return Arrays.stream(method.getMethodParameters()).anyMatch(part -> part.getParameterType() == Caller.class);
    }

    private static boolean admitted(Caller caller, Set<Need> demanded, boolean keys) {
        return switch (caller.kind()) {
            case API_KEY -> keys;
            case SERVICE -> demanded.contains(Need.SERVICE) || (caller.operator() && demanded.contains(Need.OPERATOR));
            case PERSON ->
                demanded.contains(Need.PERSON)
                        || (caller.operator() && demanded.contains(Need.OPERATOR))
                        || demanded.stream().anyMatch(need -> need.role().isPresent());
        };
    }

    /** A key has every scope that the endpoint demands; else 403 naming the first that is missing. */
    private static void scoped(Caller.Key key, Scope[] demanded) {
        for (Scope scope : demanded) {
            if (!scope.in(key.scopes())) {
                throw new KitProblem.PermissionDenied(
                        "This API key does not have the scope '" + scope.text() + "'. Create a key that has it.");
            }
        }
    }

    private static boolean ours(HandlerMethod method) {
        return method.getBeanType().getName().startsWith("dev.gsv.cmp.");
    }

    private static boolean open(HandlerMethod method) {
        return method.hasMethodAnnotation(Open.class)
                || AnnotatedElementUtils.hasAnnotation(method.getBeanType(), Open.class);
    }

    @Override
    public boolean supportsParameter(MethodParameter parameter) {
        return parameter.getParameterType() == Caller.class;
    }

    /** The caller; null where the parameter is {@code @Nullable} and the endpoint is open to anonymous callers. */
    @Override
    public @Nullable Object resolveArgument(
            MethodParameter parameter,
            @Nullable ModelAndViewContainer container,
            NativeWebRequest request,
            @Nullable WebDataBinderFactory binders) {
        return request.getAttribute(CALLER, NativeWebRequest.SCOPE_REQUEST);
    }

    @Configuration(proxyBeanMethods = false)
    static class Config {
        @Bean
        WebMvcConfigurer gate() {
            Gate gate = new Gate();
            return new WebMvcConfigurer() {
                @Override
                public void addInterceptors(InterceptorRegistry registry) {
                    registry.addInterceptor(gate);
                }

                @Override
                public void addArgumentResolvers(List<HandlerMethodArgumentResolver> resolvers) {
                    resolvers.add(gate);
                }
            };
        }
    }
}
