package dev.gsv.cmp.kit;

import java.time.Clock;
import java.util.List;
import java.util.UUID;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.format.FormatterRegistry;
import org.springframework.web.method.support.HandlerMethodArgumentResolver;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;

/** Joins the kit to Spring. */
@Configuration(proxyBeanMethods = false)
class KitConfig {

    @Bean
    Clock clock() {
        return Clock.systemUTC();
    }

    @Bean
    WebMvcConfigurer kitParameters(Call.Resolver calls, Sent.Resolver bodies) {
        return new WebMvcConfigurer() {
            @Override
            public void addArgumentResolvers(List<HandlerMethodArgumentResolver> resolvers) {
                resolvers.add(calls);
                resolvers.add(bodies);
            }

            @Override
            public void addFormatters(FormatterRegistry formats) {
                formats.addConverter(String.class, UUID.class, Ids::parse);
            }
        };
    }
}
