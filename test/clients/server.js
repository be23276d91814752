// Starts examples/conformance for a test file, and stops it.
import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..", "..");

let binary;

/** Builds the server once per process, or takes the one named by CONFORMANCE. */
function build() {
  if (process.env.CONFORMANCE) return process.env.CONFORMANCE;
  if (!binary) {
    const folder = mkdtempSync(join(tmpdir(), "conformance-"));
    process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
    binary = join(folder, "conformance");
    execFileSync("go", ["build", "-o", binary, "./examples/conformance"], { cwd: root, stdio: "inherit" });
  }
  return binary;
}

/**
 * Starts a server and resolves when it listens. Port 0 means a free one.
 * @returns {Promise<{url: string, port: string, stop: (signal?: string) => Promise<void>}>}
 */
export async function start({ port = "0", flags = [] } = {}) {
  const child = spawn(build(), flags, { env: { ...process.env, PORT: port }, stdio: ["ignore", "pipe", "inherit"] });
  const exited = new Promise((resolve) => child.once("exit", resolve));
  const url = await new Promise((resolve, reject) => {
    createInterface({ input: child.stdout }).once("line", (line) => resolve(line.replace("listening on ", "")));
    exited.then((code) => reject(new Error(`the server ended with code ${code}`)));
  });
  const stop = async (signal = "SIGTERM") => {
    child.kill(signal);
    await exited;
  };
  return { url, port: new URL(url).port, stop };
}
