package dev.gsv.cmp.quotas;

import dev.gsv.cmp.kit.Findings;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A price as an operator writes it, in USD for a million tokens; 0 declares a model free.
 *
 * @param provider for instance {@code openai}; {@code *} is every provider
 * @param model a name, the beginning of names and an asterisk, or {@code *} alone
 * @param cachedInputUsdPerMillion absent is the price of input
 */
record PriceInput(
        String provider,
        String model,
        @Nullable Usd inputUsdPerMillion,
        @Nullable Usd outputUsdPerMillion,
        @Nullable Usd cachedInputUsdPerMillion,
        @Nullable String notes) {

    /** A million dollars for a million tokens. */
    private static final long MOST = 1_000_000_000_000L;

    PriceInput {
        Findings findings = new Findings();
        provider = Given.id(findings, "provider", provider).toLowerCase(Locale.ROOT);
        model = Given.id(findings, "model", model).toLowerCase(Locale.ROOT);
        if (model.indexOf('*') >= 0 && model.indexOf('*') < model.length() - 1) {
            findings.shape("model", "may hold an asterisk only at its end");
        }
        if (provider.indexOf('*') >= 0 && !provider.equals("*")) {
            findings.shape("provider", "is a name, or * for all");
        }
        inputUsdPerMillion = findings.required("input_usd_per_million", inputUsdPerMillion, new Usd(0));
        outputUsdPerMillion = findings.required("output_usd_per_million", outputUsdPerMillion, new Usd(0));
        cachedInputUsdPerMillion = cachedInputUsdPerMillion == null ? inputUsdPerMillion : cachedInputUsdPerMillion;
        Given.within(findings, "input_usd_per_million", inputUsdPerMillion.micros(), 0, MOST);
        Given.within(findings, "output_usd_per_million", outputUsdPerMillion.micros(), 0, MOST);
        Given.within(findings, "cached_input_usd_per_million", cachedInputUsdPerMillion.micros(), 0, MOST);
        notes = Given.notes(findings, "notes", notes);
        findings.refuse();
    }
}
