package dev.gsv.cmp.quotas;

import dev.gsv.cmp.kit.KitProblem;
import dev.gsv.cmp.kit.Notices;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** What models cost. A price is never changed: a new version follows it, and a run keeps the one it began with. */
@Service
public class Prices {

    static final Duration REMEMBERED = Duration.ofSeconds(60);
    static final String TOPIC = "quotas.prices";
    private static final Logger LOG = LoggerFactory.getLogger(Prices.class);
    private static final String ANY = "*";

    private final ModelPriceStore store;
    private final Budgets budgets;
    private final Notices notices;
    private final Memory<String, List<ModelPrice>> remembered = new Memory<>(REMEMBERED);

    Prices(ModelPriceStore store, Budgets budgets, Notices notices) {
        this.store = store;
        this.budgets = budgets;
        this.notices = notices;
        notices.on(TOPIC, told -> remembered.forget(key -> true));
    }

    private List<ModelPrice> book() {
        return remembered.get(
                ANY,
                all -> store.current().stream()
                        .filter(price -> price.input() != null)
                        .toList());
    }

    /** The price of a model: its own, else that of the longest beginning that fits, else that for all providers. */
    private Optional<ModelPrice> find(String provider, String model) {
        List<ModelPrice> book = book();
        return Stream.of(provider, ANY)
                .flatMap(named -> book.stream()
                        .filter(price -> price.provider().equals(named) && fits(price.model(), model))
                        .max(Comparator.comparing(
                                        (ModelPrice price) -> !price.model().endsWith(ANY))
                                .thenComparing(price -> price.model().length()))
                        .stream())
                .findFirst();
    }

    private static boolean fits(String pattern, String model) {
        return pattern.endsWith(ANY)
                ? model.startsWith(pattern.substring(0, pattern.length() - 1))
                : pattern.equals(model);
    }

    /**
     * The price that holds now. A model without one costs as much as the dearest of its provider, so that a budget is
     * never passed by for lack of a price; nothing when the provider has no price at all.
     */
    public Quote quote(String provider, String model) {
        String from = provider.toLowerCase(Locale.ROOT);
        String named = model.toLowerCase(Locale.ROOT);
        Optional<ModelPrice> price = find(from, named);
        if (price.isPresent()) {
            return quote(from, model, price.get(), true);
        }
        Quote instead = book().stream()
                .filter(other -> other.provider().equals(from))
                .map(other -> quote(from, model, other, false))
                .max(Comparator.comparingLong(other -> other.inputMicro() + other.outputMicro()))
                .orElse(new Quote(from, model, 0, 0, 0, false));
        LOG.debug("{} of {} has no price", model, from);
        return instead;
    }

    private static Quote quote(String provider, String model, ModelPrice price, boolean known) {
        return new Quote(provider, model, or(price.input()), or(price.output()), or(price.cached()), known);
    }

    private static long or(@Nullable Long micros) {
        return micros == null ? 0 : micros;
    }

    /**
     * Whether a version that uses this model may be published: a model without a price is refused as soon as anybody
     * limits what is spent with its provider; without a budget no price is needed.
     */
    public boolean sellable(String provider, String model) {
        return quote(provider, model).known() || !budgets.budgeted(provider);
    }

    List<ModelPrice> list(Listing listing) {
        return store.current().stream()
                .filter(price -> price.input() != null)
                .skip(listing.offset())
                .limit(listing.limit())
                .toList();
    }

    List<ModelPrice> versions(String provider, String model) {
        List<ModelPrice> found = store.versions(provider.toLowerCase(Locale.ROOT), model.toLowerCase(Locale.ROOT));
        if (found.isEmpty()) {
            throw new KitProblem.NotFound("price");
        }
        return found;
    }

    /**
     * Adds a version; the price of runs that go on stays.
     *
     * @param version the newest that the writer has seen; null follows whatever is there
     * @throws QuotasProblem.EditConflict when somebody else wrote meanwhile (409)
     */
    @Transactional
    public ModelPrice set(PriceInput price, @Nullable Long version, String by) {
        store.hold(price.provider(), price.model());
        if (version != null) {
            QuotasProblem.EditConflict.check(
                    version,
                    store.versions(price.provider(), price.model()).stream()
                            .map(newest -> (long) newest.version())
                            .findFirst());
        }
        ModelPrice added = store.add(
                price.provider(),
                price.model(),
                Usd.micros(price.inputUsdPerMillion()),
                Usd.micros(price.outputUsdPerMillion()),
                Usd.micros(price.cachedInputUsdPerMillion()),
                price.notes() == null ? "" : price.notes(),
                by);
        notices.tell(TOPIC, price.provider());
        return added;
    }

    @Transactional
    public void remove(String provider, String model, String by) {
        ModelPrice newest = versions(provider, model).getFirst();
        if (newest.input() == null) {
            throw new KitProblem.NotFound("price");
        }
        store.add(newest.provider(), newest.model(), null, null, null, "", by);
        notices.tell(TOPIC, newest.provider());
    }

    long forget() {
        return remembered.forget(key -> true);
    }
}
