package dev.gsv.cmp;

import dev.gsv.cmp.kit.StopBound;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;

/** CMP, the Cloud Marketplace Platform: one jar, all rooms. */
@SpringBootApplication(proxyBeanMethods = false)
public class Cmp {
    public static void main(String[] args) {
        StopBound.arm();
        SpringApplication.run(Cmp.class, args);
    }
}
