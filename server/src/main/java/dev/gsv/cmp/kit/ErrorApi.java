package dev.gsv.cmp.kit;

import io.swagger.v3.oas.annotations.Hidden;
import jakarta.servlet.RequestDispatcher;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.springframework.boot.webmvc.error.ErrorController;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** Where the container sends an error that a filter left behind; the failure itself is in the log. */
@RestController
@Hidden
class ErrorApi implements ErrorController {

    private final ProblemAdvice problems;

    ErrorApi(ProblemAdvice problems) {
        this.problems = problems;
    }

    @RequestMapping("/error")
    @Open(because = "an error is answered to whoever made it")
    void error(HttpServletRequest request, HttpServletResponse response) throws IOException {
        int status = request.getAttribute(RequestDispatcher.ERROR_STATUS_CODE) instanceof Integer given ? given : 404;
        problems.write(LastWords.of(status), response);
    }
}
