package dev.gsv.cmp.catalog;

import dev.gsv.cmp.kit.Credits;
import dev.gsv.cmp.kit.Findings;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** A plan to be created, or a plan after a change. Absent amounts are zero, an absent quota is none. */
public record NewPlan(
        String name,
        @Nullable String slug,
        @Nullable String description,
        @Nullable BillingPeriod billingPeriod,
        @Nullable Credits priceCredits,
        @Nullable Long priceCents,
        @Nullable String currency,
        @Nullable Credits includedCredits,
        @Nullable Long monthlyQuota,
        @Nullable JsonNode defaults,
        @Nullable JsonNode limits,
        @Nullable JsonNode rateCard,
        @Nullable Boolean isDefault,
        @Nullable Boolean isTrial,
        @Nullable String saleorVariantId) {

    /** More than anything is worth; stops absurd amounts before they reach a wallet. */
    static final Credits MAX_CREDITS = Credits.of(1_000_000_000);

    static final long MAX_CENTS = 1_000_000_000;
    static final long MAX_QUOTA = 1_000_000_000;
    private static final int MAX_NAME = 255;
    private static final int MAX_DESCRIPTION = 5000;
    private static final int MAX_VARIANT = 255;
    private static final Pattern CURRENCY = Pattern.compile("[a-z]{3}");

    public NewPlan {
        Findings findings = new Findings();
        name = findings.name("name", name, MAX_NAME);
        slug = findings.slug("slug", slug, NewOffering.MAX_SLUG);
        description = findings.text("description", description, MAX_DESCRIPTION);
        billingPeriod = billingPeriod == null ? BillingPeriod.MONTHLY : billingPeriod;
        priceCredits = findings.within("price_credits", priceCredits, MAX_CREDITS);
        priceCents = findings.within("price_cents", priceCents, 0, MAX_CENTS, 0);
        currency = currency == null ? "usd" : currency;
        if (!CURRENCY.matcher(currency).matches()) {
            findings.shape("currency", "must be a currency code of three lower-case letters (ISO 4217)");
        }
        includedCredits = findings.within("included_credits", includedCredits, MAX_CREDITS);
        if (monthlyQuota != null) {
            findings.within("monthly_quota", monthlyQuota, 1, MAX_QUOTA, 0);
        }
        defaults = findings.object("defaults", defaults, Terms.MAX_OBJECT_CHARACTERS);
        limits = Terms.limits(findings, limits);
        rateCard = rateCard == null || rateCard.isNull() ? null : rateCard;
        if (rateCard != null) {
            Terms.rateCard(findings, rateCard);
        }
        isDefault = Boolean.TRUE.equals(isDefault);
        isTrial = Boolean.TRUE.equals(isTrial);
        if (isTrial && (priceCents > 0 || priceCredits.micros() > 0)) {
            findings.meaning("is_trial", "a trial plan has no price");
        }
        saleorVariantId = findings.optional("saleor_variant_id", saleorVariantId, MAX_VARIANT);
        findings.refuse();
    }

    /** A plan with a monthly price in US cents. */
    public static NewPlan monthly(String name, long priceCents, @Nullable Long monthlyQuota) {
        return new NewPlan(
                name,
                null,
                null,
                BillingPeriod.MONTHLY,
                null,
                priceCents,
                null,
                null,
                monthlyQuota,
                null,
                null,
                null,
                null,
                null,
                null);
    }

    /** The pricing template for new offerings (section 12.3 of the control plane contract). */
    static List<NewPlan> template() {
        return List.of(
                monthly("Starter", 2_900, 1_000L),
                monthly("Professional", 9_900, 10_000L),
                monthly("Enterprise", 29_900, 100_000L));
    }

    static NewPlan of(Plan plan) {
        return new NewPlan(
                plan.name(),
                plan.slug(),
                plan.description(),
                plan.billingPeriod(),
                plan.priceCredits(),
                plan.priceCents(),
                plan.currency(),
                plan.includedCredits(),
                plan.monthlyQuota() == null ? null : plan.monthlyQuota().longValue(),
                plan.defaults(),
                plan.limits(),
                plan.rateCard(),
                plan.isDefault(),
                plan.isTrial(),
                plan.saleorVariantId());
    }
}
