/** A situation that users of another supervisor have reported, and the test that shows how it is here. */
export interface PublicReport {
  /** `owner/name#number` on GitHub. */
  readonly report: string;
  /** What the reporter saw. */
  readonly situation: string;
  /** Path below test/. */
  readonly file: string;
  /** The title of the test, or the part of it that is in the source. */
  readonly test: string;
}

const row = (report: string, situation: string, file: string, test: string): PublicReport => ({
  report,
  situation,
  file,
  test,
});

const WELL = "cli/well-stays-well.test.ts";
const STOPPING = "cli/stopping.test.ts";
const SERVICES = "cli/services.test.ts";
const FOREGROUND = "cli/stay-in-foreground.test.ts";
const SUPERVISE = "supervisor/daemon/supervise-all-services.test.ts";
const ENVIRONMENT = "the environment of whoever asks for a restart is the service's from then on";
const TERMINAL = "a closed terminal ends up in the foreground as Ctrl-C does";
const SECOND = "a second Ctrl-C kills what has not stopped, and says so";
const FULL = "on a full disk what runs is still shown and stopped, and code 0 is no failure";
const BROKEN = "with a mistake in the configuration, or without its .env, what runs is still shown";
const UNSUPERVISED = "when the supervisor is killed, services live on, status says so, and up brings it back";
const NOT_ASKED_FOR = "up of one service does not restart another that it needs and that answers badly";
const CLOCK = "a pause goes on though the clock was set by %d ms";

/** By what they are about. */
export const PUBLIC_REPORTS: readonly PublicReport[] = [
  // Starting.
  row(
    "F1bonacc1/process-compose#189",
    "a failed first start is final for what waits",
    SUPERVISE,
    "a first start that fails once is not the last one",
  ),
  row(
    "docker/compose#10042",
    "waits for ever where a dependency has failed",
    SUPERVISE,
    "what waits for a service that was given up says so, and goes on when that is tried again",
  ),
  row(
    "F1bonacc1/process-compose#544",
    "a dependency that was unready for a moment costs its dependent the start",
    WELL,
    NOT_ASKED_FOR,
  ),
  row("docker/compose#1397", "up of one service makes what it needs anew", WELL, NOT_ASKED_FOR),
  row(
    "docker/compose#1591",
    "up of one service restarts what it needs, not what needs it",
    WELL,
    NOT_ASKED_FOR,
  ),
  row(
    "docker/compose#3397",
    "up restarts services of which nothing has changed",
    SERVICES,
    "up starts again what was started by another configuration, and leaves the rest",
  ),
  row(
    "docker/compose#11474",
    "up fails because a dependency is late",
    SERVICES,
    "somebody else's service that is late is waited for",
  ),
  row(
    "Supervisor/supervisor#878",
    "a second start removes the pid file of the first",
    "cli/up.test.ts",
    "a second up starts nothing and says so",
  ),
  row(
    "Supervisor/supervisor#600",
    "a restart of the supervisor doubles its programs",
    "supervisor/daemon/recovery.test.ts",
    "10 starters at once leave one supervisor and one of each service",
  ),
  row(
    "Unitech/pm2#2607",
    "several daemons, none of which answers",
    "supervisor/daemon/recovery.test.ts",
    "one that is not the recorded supervisor starts nothing, whoever started it",
  ),
  // Restarting.
  row(
    "Unitech/pm2#1438",
    "a restart loops, because the port is still in use",
    SUPERVISE,
    "what outlives its leader is stopped before the leader is started again",
  ),
  row(
    "getpaseo/paseo#3616",
    "restarts without a pause or an end",
    SUPERVISE,
    "a crash loop is given up, and a new request tries again",
  ),
  row(
    "ddollar/foreman#687",
    "one that ends takes all others down",
    WELL,
    "a restart in which one service no longer starts leaves the others running, and says so",
  ),
  row("Unitech/pm2#258", "a restart does not read the environment anew", STOPPING, ENVIRONMENT),
  row("Unitech/pm2#5138", "a restart does not take a new environment", STOPPING, ENVIRONMENT),
  row("Unitech/pm2#3486", "a variable that was removed stays", STOPPING, ENVIRONMENT),
  // The supervisor's own end.
  row("Unitech/pm2#5054", "kill -9 of the daemon ends the services too", SERVICES, UNSUPERVISED),
  row("Unitech/pm2#2174", "a crash of the daemon ends all services", SERVICES, UNSUPERVISED),
  row(
    "Unitech/pm2#952",
    "services that the daemon no longer knows",
    "cli/up.test.ts",
    "services whose records were lost are known by their mark, and recorded again",
  ),
  row(
    "jdx/pitchfork#878",
    "a stale pid is taken for the supervisor, and a stranger stopped",
    "supervisor/decoy.test.ts",
    "a pid that the kernel has really given to another process is not signalled",
  ),
  row(
    "DarthSim/overmind#118",
    "what a killed run left keeps the next one from starting",
    "supervisor/state-lock.test.ts",
    "the lock of a killed holder",
  ),
  row(
    "DarthSim/overmind#16",
    "after a reboot it is taken for running",
    "supervisor/state-lock.test.ts",
    "the lock of a killed holder",
  ),
  // Stopping.
  row("docker/compose#1729", "a second Ctrl-C no longer kills", STOPPING, SECOND),
  row("docker/compose#11123", "no number of Ctrl-C kills", STOPPING, SECOND),
  row(
    "docker/compose#1040",
    "Ctrl-C leaves services running",
    FOREGROUND,
    "%s to up in the foreground stops all three",
  ),
  row(
    "F1bonacc1/process-compose#38",
    "SIGTERM leaves services running",
    FOREGROUND,
    "%s to up in the foreground stops all three",
  ),
  row(
    "F1bonacc1/process-compose#354",
    "nothing shows what a stop waits for",
    "launch/stop-progress.test.ts",
    "a stop says whom it waits for, when that is killed, and who comes after",
  ),
  row(
    "F1bonacc1/process-compose#145",
    "a dependency is stopped before what needs it",
    STOPPING,
    "services that do not need each other stop side by side, dependents first",
  ),
  row("DarthSim/overmind#50", "a closed terminal leaves services running", STOPPING, TERMINAL),
  row("cachix/devenv#303", "no start after the terminal was closed", STOPPING, TERMINAL),
  row("cachix/devenv#2619", "databases go on after Ctrl-C", STOPPING, TERMINAL),
  row(
    "Supervisor/supervisor#1101",
    "the programs behind npm outlive a kill",
    "supervisor/life.test.ts",
    "npm run: npm, its shell and the program are stopped",
  ),
  row(
    "Supervisor/supervisor#1396",
    "grandchildren outlive a stop",
    STOPPING,
    "what was started by another path of the folder is stopped to the last process",
  ),
  row(
    "Unitech/pm2#2530",
    "Python programs outlive a stop",
    "cli/python-stack.test.ts",
    "they are started in order, shown by status, and stopped to the last process",
  ),
  row(
    "Unitech/pm2#74",
    "the port is in use after a stop",
    "supervisor/stop-service.test.ts",
    "a stopped service leaves no process, no listener and no record",
  ),
  row(
    "docker/compose#13135",
    "no down without an env file",
    SERVICES,
    "down stops what runs although the configuration has a mistake by now",
  ),
  row("docker/compose#1830", "no list of what runs without an env file", SERVICES, BROKEN),
  row(
    "docker/compose#6927",
    "down goes by the file as it is now",
    SERVICES,
    "down stops a service that is no longer configured",
  ),
  // The machine.
  row("Unitech/pm2#2161", "on a full disk it ends without a word", STOPPING, FULL),
  row("Unitech/pm2#2971", "a full disk empties what is known", STOPPING, FULL),
  row(
    "Supervisor/supervisor#1043",
    "a start hangs after the clock was set back",
    "supervisor/scheduled-start.test.ts",
    CLOCK,
  ),
  row(
    "Supervisor/supervisor#895",
    "it crashes when the clock is set",
    "supervisor/scheduled-start.test.ts",
    CLOCK,
  ),
  // Logs.
  row("nickstenning/honcho#136", "what Python prints does not appear", STOPPING, ENVIRONMENT),
  row(
    "Supervisor/supervisor#1395",
    "after a rotation the service writes to the old file",
    "supervisor/logs/rotate-log.test.ts",
    "a flood through 20 rotations loses no line, doubles none, and goes on",
  ),
];
