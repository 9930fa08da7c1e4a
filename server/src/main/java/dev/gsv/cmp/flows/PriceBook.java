package dev.gsv.cmp.flows;

/** Who knows which models have a price. */
public interface PriceBook {

    /** False for a model without a price whose provider has a budget: nobody could say what a run may cost. */
    boolean sellable(String provider, String model);
}
