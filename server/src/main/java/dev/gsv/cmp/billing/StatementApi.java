package dev.gsv.cmp.billing;

import static dev.gsv.cmp.orgs.Need.ADMIN;
import static dev.gsv.cmp.orgs.Need.OPERATOR;
import static dev.gsv.cmp.orgs.Need.SERVICE;

import dev.gsv.cmp.kit.KitProblem;
import dev.gsv.cmp.kit.Page;
import dev.gsv.cmp.orgs.Caller;
import dev.gsv.cmp.orgs.Needs;
import dev.gsv.cmp.orgs.OrgId;
import dev.gsv.cmp.orgs.Orgs;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** What a wallet had, held and paid, for its owner; what the platform paid, for its operator. */
@RestController
@RequestMapping("/api/v1")
class StatementApi {

    private final Wallets wallets;
    private final Statements statements;
    private final Orgs orgs;

    StatementApi(Wallets wallets, Statements statements, Orgs orgs) {
        this.wallets = wallets;
        this.statements = statements;
        this.orgs = orgs;
    }

    /** What the wallet had at a time. */
    @GetMapping("/wallets/{wallet_id}/balance")
    @Needs({ADMIN, SERVICE, OPERATOR})
    Statements.Balance balance(
            Caller caller, @PathVariable("wallet_id") UUID wallet, @RequestParam @Nullable String at) {
        return statements.balance(wallets.enter(caller, wallet), wallet, at);
    }

    /** Reservations that count now, with their age. */
    @GetMapping("/wallets/{wallet_id}/reservations")
    @Needs({ADMIN, SERVICE, OPERATOR})
    Page<OpenHold> reservations(
            Caller caller,
            @PathVariable("wallet_id") UUID wallet,
            @RequestParam @Nullable Integer limit,
            @RequestParam @Nullable Integer offset) {
        Page.Slice slice = Page.Slice.of(limit, offset);
        return statements.openHolds(wallets.enter(caller, wallet), slice);
    }

    /**
     * What the wallet got and paid from one time until before another: {@code format} is {@code json}, {@code csv} or
     * {@code pdf}.
     */
    @GetMapping("/wallets/{wallet_id}/statement")
    @Needs({ADMIN, SERVICE, OPERATOR})
    @ApiResponse(
            responseCode = "200",
            content = {
                @Content(mediaType = "application/json", schema = @Schema(implementation = Statement.class)),
                @Content(mediaType = "text/csv", schema = @Schema(type = "string")),
                @Content(mediaType = "application/pdf", schema = @Schema(type = "string", format = "binary"))
            })
    @Nullable
    Statement statement(
            Caller caller,
            @PathVariable("wallet_id") UUID wallet,
            @RequestParam @Nullable String from,
            @RequestParam @Nullable String to,
            @RequestParam @Nullable String format,
            HttpServletResponse response)
            throws IOException {
        OrgId org = wallets.enter(caller, wallet);
        Statements.Frame frame = statements.frame(org, from, to);
        switch (format == null ? "json" : format) {
            case "json" -> {
                return statements.statement(org, wallet, frame);
            }
            case "csv" -> csv(org, frame, response);
            case "pdf" -> {
                Statement statement = statements.statement(org, wallet, frame);
                file(response, frame, MediaType.APPLICATION_PDF_VALUE, "pdf");
                StatementPdf.write(statement, orgs.organization(org).name(), response.getOutputStream());
                response.flushBuffer();
            }
            default -> throw new KitProblem.Invalid("format", "must be json, csv or pdf");
        }
        return null;
    }

    /** Portion by portion, so that the longest statement needs no memory. */
    private void csv(OrgId org, Statements.Frame frame, HttpServletResponse response) throws IOException {
        file(response, frame, "text/csv; charset=utf-8", "csv");
        Writer writer = response.getWriter();
        StatementCsv csv = new StatementCsv(writer);
        csv.begin(frame);
        statements.lines(org, frame, csv::line);
        csv.end(frame);
        writer.flush();
        response.flushBuffer();
    }

    private static void file(HttpServletResponse response, Statements.Frame frame, String type, String suffix) {
        response.setCharacterEncoding(StandardCharsets.UTF_8);
        response.setContentType(type);
        response.setHeader(
                HttpHeaders.CONTENT_DISPOSITION,
                "attachment; filename=\"statement-"
                        + LocalDate.ofInstant(frame.span().from(), ZoneOffset.UTC) + "." + suffix + "\"");
    }

    /** What runs cost and no wallet paid, with the reason. */
    @GetMapping("/admin/reports/absorbed")
    @Needs(OPERATOR)
    Statements.Absorbed absorbed(
            @RequestParam @Nullable String from,
            @RequestParam @Nullable String to,
            @RequestParam(name = "org_id") @Nullable UUID org,
            @RequestParam @Nullable Integer limit,
            @RequestParam @Nullable Integer offset) {
        Page.Slice slice = Page.Slice.of(limit, offset);
        return statements.absorbed(from, to, Optional.ofNullable(org).map(OrgId::new), slice);
    }
}
