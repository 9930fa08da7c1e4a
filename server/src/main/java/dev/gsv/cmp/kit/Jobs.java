package dev.gsv.cmp.kit;

import com.github.kagkarlsson.scheduler.Scheduler;
import com.github.kagkarlsson.scheduler.logging.LogLevel;
import com.github.kagkarlsson.scheduler.task.helper.RecurringTask;
import com.github.kagkarlsson.scheduler.task.helper.Tasks;
import com.github.kagkarlsson.scheduler.task.schedule.Schedules;
import java.time.Duration;
import java.util.List;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.SmartLifecycle;
import org.springframework.stereotype.Component;

/** Runs the jobs of all rooms on nodes with the role {@code worker}; the database decides which node does which. */
@Component
class Jobs implements SmartLifecycle {

    private static final int THREADS = 2;
    /** Six missed beats are a death: until then nobody else does the job of a node that was killed in its middle. */
    private static final Duration HEARTBEAT = Duration.ofSeconds(5);

    private static final Duration STOP_WAIT = Duration.ofSeconds(1);

    private final DataSource database;
    private final List<Job> jobs;
    private final NodeRoles roles;
    private final Duration poll;
    private @Nullable Scheduler scheduler;

    /** @param poll how often a node looks for due jobs: what an idle installation asks of its database */
    Jobs(DataSource database, List<Job> jobs, NodeRoles roles, @Value("${cmp.jobs.poll:5s}") Duration poll) {
        this.database = database;
        this.jobs = jobs;
        this.roles = roles;
        this.poll = poll;
    }

    @Override
    public void start() {
        if (!roles.has(NodeRoles.Role.WORKER) || jobs.isEmpty()) {
            return;
        }
        List<RecurringTask<Void>> tasks = jobs.stream().map(Jobs::task).toList();
        Scheduler started = Scheduler.create(database)
                .startTasks(tasks)
                .threads(THREADS)
                .pollingInterval(poll)
                .heartbeatInterval(HEARTBEAT)
                .shutdownMaxWait(STOP_WAIT)
                .failureLogging(LogLevel.WARN, true)
                .build();
        started.start();
        scheduler = started;
    }

    private static RecurringTask<Void> task(Job job) {
        return Tasks.recurring(job.name(), Schedules.fixedDelay(job.every()))
                .onFailureReschedule()
                .onDeadExecutionRevive()
                .execute((instance, context) -> job.work().run());
    }

    @Override
    public void stop() {
        Scheduler running = scheduler;
        if (running != null) {
            running.stop();
            scheduler = null;
        }
    }

    /** Beside the server's wait for its last answers, and not one after the other. */
    @Override
    public int getPhase() {
        return WebServerApplicationContext.GRACEFUL_SHUTDOWN_PHASE;
    }

    @Override
    public void stop(Runnable done) {
        Thread.ofVirtual().name("jobs-stop").start(() -> {
            try {
                stop();
            } finally {
                done.run();
            }
        });
    }

    @Override
    public boolean isRunning() {
        return scheduler != null;
    }
}
