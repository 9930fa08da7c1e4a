package dev.gsv.cmp.catalog;

import static dev.gsv.cmp.orgs.Need.ADMIN;

import dev.gsv.cmp.kit.KitProblem;
import dev.gsv.cmp.kit.Open;
import dev.gsv.cmp.kit.Page;
import dev.gsv.cmp.orgs.Caller;
import dev.gsv.cmp.orgs.Needs;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** Versions of an offering over HTTP. The call that adds one belongs to the room that inspects flows. */
@RestController
@RequestMapping("/api/v1/offerings/{offering_id}/versions")
class VersionApi {

    private final Offerings offerings;
    private final Versions versions;

    VersionApi(Offerings offerings, Versions versions) {
        this.offerings = offerings;
        this.versions = versions;
    }

    @GetMapping
    @Open(because = "the published catalogue is for everybody; drafts are hidden from strangers")
    Page<Version> list(
            @Nullable Caller caller,
            @PathVariable("offering_id") String offering,
            @RequestParam @Nullable Integer limit,
            @RequestParam @Nullable Integer offset) {
        Page.Slice slice = Page.Slice.of(limit, offset);
        List<Version> all = shown(caller, offering);
        return Page.of(
                all.size(),
                slice,
                all.stream().skip(slice.offset()).limit(slice.limit()).toList());
    }

    @GetMapping("/{version_id}")
    @Open(because = "the published catalogue is for everybody; drafts are hidden from strangers")
    Version get(
            @Nullable Caller caller,
            @PathVariable("offering_id") String offering,
            @PathVariable("version_id") UUID version) {
        return shown(caller, offering).stream()
                .filter(found -> found.id().equals(version))
                .findFirst()
                .orElseThrow(() -> new KitProblem.NotFound("offering version"));
    }

    private List<Version> shown(@Nullable Caller caller, String offering) {
        return Objects.requireNonNull(offerings.shown(caller, offering).versions());
    }

    @PostMapping("/{version_id}/publish")
    @Needs(ADMIN)
    Version publish(
            Caller caller, @PathVariable("offering_id") String offering, @PathVariable("version_id") UUID version) {
        return versions.move(offerings.enter(caller, offering), version, VersionStatus.PUBLISHED);
    }

    @PostMapping("/{version_id}/pause")
    @Needs(ADMIN)
    Version pause(
            Caller caller, @PathVariable("offering_id") String offering, @PathVariable("version_id") UUID version) {
        return versions.move(offerings.enter(caller, offering), version, VersionStatus.PAUSED);
    }

    @PostMapping("/{version_id}/deprecate")
    @Needs(ADMIN)
    Version deprecate(
            Caller caller, @PathVariable("offering_id") String offering, @PathVariable("version_id") UUID version) {
        return versions.move(offerings.enter(caller, offering), version, VersionStatus.DEPRECATED);
    }
}
