package dev.gsv.cmp.kit;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.info.BuildProperties;
import org.springframework.stereotype.Component;

/** Which CMP this is. */
@Component
public final class Version {
    private final String number;

    Version(ObjectProvider<BuildProperties> build) {
        // Classes that an editor compiled carry no build information.
        BuildProperties found = build.getIfAvailable();
        String version = found == null ? null : found.getVersion();
        this.number = version == null ? "development" : version;
    }

    /** Such as {@code 0.1.0}. */
    public String number() {
        return number;
    }
}
