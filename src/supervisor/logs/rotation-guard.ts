import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";

/** The files of a rotation. */
export interface GuardedFiles {
  readonly log: string;
  readonly copy: string;
  readonly marker: string;
}

/**
 * Its standard input ends when its starter dies, however that happens. A log that was emptied while all its writers
 * were stopped gets its lines back as `.1`, which is free; then who is still the same process goes on.
 */
const SCRIPT = `
cat > /dev/null
case "$(head -n 1 "$marker")" in '{"owner":{"pid":'"$owner"','*) ;; *) exit ;; esac
if [ ! -s "$log" ] && [ -s "$copy" ] && [ ! -e "$log.1" ]; then mv "$copy" "$log.1"; fi
started() {
  if [ -r /proc/self/stat ]; then
    stat=$(cat "/proc/$1/stat") && set -- \${stat##*) } && echo "\${20}"
  else
    ps -o lstart= -p "$1" | sed 's/ *$//'
  fi
}
sed -n 's/^{"pid":\\([0-9]*\\),"start_time":"\\([^"]*\\)".*/\\1 \\2/p' "$marker" |
  while read -r pid start; do
    if [ "$(started "$pid")" = "$start" ]; then kill -CONT "$pid"; fi
  done
`;

/**
 * Runs `fn`, in which services are stopped, with somebody at hand who lets them go on if this process is killed
 * meanwhile: a shell that waits for that and does nothing else. What else is left of the rotation is for
 * `resumeInterrupted` to clear up.
 */
export async function withGuard<T>(files: GuardedFiles, fn: () => T): Promise<T> {
  const guard = startGuard(files);
  await once(guard, "spawn");
  try {
    return fn();
  } finally {
    // By a signal, since the end of its input would have it act.
    guard.kill("SIGKILL");
  }
}

function startGuard({ log, copy, marker }: GuardedFiles): ChildProcess {
  const { PATH } = process.env;
  return spawn("/bin/sh", ["-c", SCRIPT], {
    // In a session of its own: a kill of our process group is no end of it.
    detached: true,
    stdio: ["pipe", "ignore", "ignore"],
    // Nothing of our own environment, so that nobody takes it for a member of ours.
    env: { PATH, LC_ALL: "C", log, copy, marker, owner: String(process.pid) },
  });
}
