import { expect, test } from "vitest";
import { describeManager, findManager, type ManagerClues, managerIn } from "../../src/os/process-managers.ts";

const HEX = "3f2a91c0".repeat(8);
const NOBODY: ManagerClues = {
  cgroup: "0::/",
  environment: [],
  line: [{ pid: 812, command: ["ollama", "serve"] }],
};

test.each<[string, Partial<ManagerClues>, string, string]>([
  [
    "a system unit",
    { cgroup: "0::/system.slice/ollama.service\n" },
    "systemd unit ollama.service",
    "sudo systemctl disable --now ollama",
  ],
  [
    "a system unit of cgroups version 1",
    { cgroup: "12:pids:/system.slice/ollama.service\n1:name=systemd:/system.slice/ollama.service\n0::/\n" },
    "systemd unit ollama.service",
    "sudo systemctl disable --now ollama",
  ],
  [
    "a user's unit",
    { cgroup: "0::/user.slice/user-1000.slice/user@1000.service/app.slice/hmi.service\n" },
    "systemd user unit hmi.service",
    "systemctl --user disable --now hmi",
  ],
  [
    "a Docker container",
    { cgroup: `0::/system.slice/docker-${HEX}.scope\n` },
    "Docker container 3f2a91c03f2a",
    "docker stop 3f2a91c03f2a",
  ],
  [
    "a Docker container of cgroups version 1",
    { cgroup: `4:memory:/docker/${HEX}\n1:name=systemd:/docker/${HEX}\n` },
    "Docker container 3f2a91c03f2a",
    "docker stop 3f2a91c03f2a",
  ],
  [
    "a Podman container",
    { cgroup: `0::/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-${HEX}.scope\n` },
    "Podman container 3f2a91c03f2a",
    "podman stop 3f2a91c03f2a",
  ],
  [
    "the proxy of a published port",
    {
      cgroup: "0::/system.slice/docker.service\n",
      line: [{ pid: 9, command: ["/usr/bin/docker-proxy", "-proto", "tcp", "-host-port", "11434"] }],
    },
    "the Docker container that publishes port 11434",
    "docker stop $(docker ps --quiet --filter publish=11434)",
  ],
  [
    "pm2, itself kept by systemd",
    {
      cgroup: "0::/system.slice/pm2-maria.service\n",
      environment: ["PM2_HOME=/home/maria/.pm2", "pm_id=3", "name=gateway"],
    },
    "pm2 as gateway",
    "pm2 delete gateway",
  ],
  [
    "supervisord",
    { environment: ["SUPERVISOR_ENABLED=1", "SUPERVISOR_GROUP_NAME=chat", "SUPERVISOR_PROCESS_NAME=hmi"] },
    "supervisord as chat:hmi",
    "supervisorctl stop chat:hmi",
  ],
  [
    "supervisord, of a group of its own",
    { environment: ["SUPERVISOR_GROUP_NAME=hmi", "SUPERVISOR_PROCESS_NAME=hmi"] },
    "supervisord as hmi",
    "supervisorctl stop hmi",
  ],
  [
    "the Ollama app",
    {
      line: [
        { pid: 812, command: ["/Applications/Ollama.app/Contents/Resources/ollama", "serve"] },
        { pid: 700, command: ["/Applications/Ollama.app/Contents/MacOS/Ollama"] },
      ],
    },
    "the Ollama app (pid 700)",
    "kill 700",
  ],
])("knows %s", (_, clues, name, stop) => {
  expect(managerIn({ ...NOBODY, ...clues })).toEqual({ name, stop });
});

test.each([
  ["nothing", "0::/\n"],
  ["a login", "0::/user.slice/user-1000.slice/session-2.scope\n"],
  ["a login by ssh where sessions have no scope", "0::/system.slice/ssh.service\n"],
  ["a window", "0::/user.slice/user-1000.slice/user@1000.service/app.slice/gnome-terminal-server.service\n"],
  ["a tab of a window", "0::/user.slice/user-1000.slice/user@1000.service/app.slice/vte-spawn-1.scope\n"],
  ["a line of cron", "0::/system.slice/cron.service\n"],
])("takes %s for no keeper", (_, cgroup) => {
  expect(managerIn({ ...NOBODY, cgroup })).toBeUndefined();
});

test("an Ollama that a shell started has no keeper", () => {
  const line = [...NOBODY.line, { pid: 700, command: ["-bash"] }];
  expect(managerIn({ ...NOBODY, line })).toBeUndefined();
});

test("who keeps this very process is not named", () => {
  expect(findManager(process.pid)).toBeUndefined();
});

test("is told with the command that ends it", () => {
  expect(describeManager({ name: "pm2 as hmi", stop: "pm2 delete hmi" })).toBe(
    "It is kept alive by pm2 as hmi: `pm2 delete hmi` stops it for good.",
  );
});
