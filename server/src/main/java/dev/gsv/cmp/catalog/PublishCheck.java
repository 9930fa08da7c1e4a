package dev.gsv.cmp.catalog;

/** What another room has to say before a version is published for the first time. */
public interface PublishCheck {

    /**
     * Looks at a draft; no transaction is open.
     *
     * @throws dev.gsv.cmp.kit.KitProblem.Meaningless when it must not be published (422)
     */
    void check(Version draft);
}
