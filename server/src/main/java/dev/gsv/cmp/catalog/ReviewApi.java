package dev.gsv.cmp.catalog;

import dev.gsv.cmp.kit.Open;
import dev.gsv.cmp.kit.Page;
import dev.gsv.cmp.orgs.Caller;
import org.jspecify.annotations.Nullable;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** Reviews over HTTP. Writing one belongs to the room that knows who has used what. */
@RestController
@RequestMapping("/api/v1/offerings/{offering_id}/reviews")
class ReviewApi {

    private final Reviews reviews;

    ReviewApi(Reviews reviews) {
        this.reviews = reviews;
    }

    @GetMapping
    @Open(because = "the published catalogue is for everybody; drafts are hidden from strangers")
    Page<Review> list(
            @Nullable Caller caller,
            @PathVariable("offering_id") String offering,
            @RequestParam @Nullable Integer limit,
            @RequestParam @Nullable Integer offset) {
        return reviews.of(caller, offering, Page.Slice.of(limit, offset));
    }
}
