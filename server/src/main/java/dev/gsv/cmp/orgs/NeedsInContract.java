package dev.gsv.cmp.orgs;

import dev.gsv.cmp.kit.Open;
import io.swagger.v3.oas.models.security.SecurityRequirement;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.springdoc.core.customizers.GlobalOperationCustomizer;
import org.springdoc.core.utils.SpringDocUtils;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Writes into the API description who may make a call. */
@Configuration(proxyBeanMethods = false)
class NeedsInContract {

    static {
        SpringDocUtils.getConfig().addRequestWrapperToIgnore(Caller.class);
    }

    @Bean
    GlobalOperationCustomizer whoMayCall() {
        return (operation, method) -> {
            Needs needs = method.getMethodAnnotation(Needs.class);
            if (needs != null) {
                String who = Arrays.stream(needs.value())
                        .map(need -> need.name().toLowerCase(Locale.ROOT))
                        .collect(Collectors.joining(" or "));
                operation.setSecurity(List.of(new SecurityRequirement().addList("bearer")));
                operation.setDescription(said(operation.getDescription()) + "Who: " + who
                        + (needs.keys().length == 0
                                ? "."
                                : ", or an API key of the instance with the scope " + scopes(needs.keys()) + "."));
                return operation;
            }
            Open open = method.getMethodAnnotation(Open.class);
            operation.setSecurity(List.of());
            operation.setDescription(said(operation.getDescription()) + "Who: anybody"
                    + (open == null ? "." : ", because " + open.because() + "."));
            return operation;
        };
    }

    private static String scopes(Scope[] demanded) {
        return Arrays.stream(demanded).map(Scope::text).collect(Collectors.joining(" and "));
    }

    private static String said(@org.jspecify.annotations.Nullable String description) {
        return description == null || description.isBlank() ? "" : description.strip() + " ";
    }
}
