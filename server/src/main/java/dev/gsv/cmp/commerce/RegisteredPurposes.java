package dev.gsv.cmp.commerce;

import dev.gsv.cmp.billing.Purposes;
import dev.gsv.cmp.catalog.Capabilities;
import org.springframework.stereotype.Component;

/** What credit may be limited to: a capability of the registry (section 10 of the control plane contract). */
@Component
class RegisteredPurposes implements Purposes {

    private final Capabilities capabilities;

    RegisteredPurposes(Capabilities capabilities) {
        this.capabilities = capabilities;
    }

    @Override
    public boolean known(String capability) {
        return capabilities.find(capability).isPresent();
    }
}
