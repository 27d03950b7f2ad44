import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Program } from './program.ts';
import type { Stage } from './stage.ts';

/** Writes a configuration for the chosen ports. */
type Config = (ports: readonly number[]) => string;

/** HAProxy with `ports` listeners; `config` gives the sections after the defaults. */
export function startHAProxy(stage: Stage, ports: number, config: Config): Promise<Program> {
  return stage.program({
    name: 'haproxy',
    ports,
    configure: async (chosen) => [
      '-db',
      '-f',
      await stage.file('haproxy.cfg', `${HAPROXY_DEFAULTS}\n${config(chosen)}\n`),
    ],
  });
}

/** HAProxy with the configuration of the README, as it is, listening at one port and sending to `mailPort`. */
export function startDocumentedHAProxy(stage: Stage, mailPort: number): Promise<Program> {
  return stage.program({
    name: 'haproxy',
    ports: 1,
    configure: async ([port]) => {
      const places = `global
  setenv SMTP_LISTEN 127.0.0.1:${port}
  setenv TRUEPEER 127.0.0.1:${mailPort}
`;
      return ['-db', '-f', await stage.file('places.cfg', places), '-f', DOCUMENTED_CONFIG];
    },
  });
}

/** The configuration that the README shows. */
export const DOCUMENTED_CONFIG = fileURLToPath(new URL('../haproxy.cfg', import.meta.url));

const HAPROXY_DEFAULTS = `defaults
  mode tcp
  timeout connect 60s
  timeout client 60s
  timeout server 60s
`;

// Where distributions put nginx's dynamic modules; a build with the module inside needs none.
const MODULE_FOLDERS = ['/usr/lib/nginx/modules', '/usr/lib64/nginx/modules'];

/** nginx with one listener each; `config` gives what its stream block holds, or its mail block. */
export function startNginx(
  stage: Stage,
  ports: number,
  config: Config,
  block: 'stream' | 'mail' = 'stream',
): Promise<Program> {
  const module = MODULE_FOLDERS.map((folder) => `${folder}/ngx_${block}_module.so`).find(existsSync);
  return stage.program({
    name: 'nginx',
    ports,
    configure: async (chosen) => {
      const path = await stage.file(
        'nginx.conf',
        `${module === undefined ? '' : `load_module ${module};`}
daemon off;
master_process off;
pid nginx.pid;
error_log stderr info;
events { worker_connections 64; }
${block} { ${config(chosen)} }
`,
      );
      return ['-e', 'stderr', '-p', stage.dir, '-c', path];
    },
  });
}

/** stunnel that takes TLS off and connects to `connect` with `protocol = proxy`. */
export function startStunnel(stage: Stage, connect: string, certificate: string): Promise<Program> {
  return stage.program({
    name: 'stunnel4',
    ports: 1,
    configure: async ([port]) => [
      await stage.file(
        'stunnel.conf',
        `foreground = yes
pid =
syslog = no
[smtp]
accept = 127.0.0.1:${port}
connect = ${connect}
cert = ${certificate}
protocol = proxy
`,
      ),
    ],
  });
}

/** hitch that takes TLS off and writes a header of the given version. */
export function startHitch(
  stage: Stage,
  backendPort: number,
  version: 'v1' | 'v2',
  certificate: string,
): Promise<Program> {
  return stage.program({
    name: 'hitch',
    ports: 1,
    configure: ([port]) => [
      `--frontend=[127.0.0.1]:${port}`,
      `--backend=[127.0.0.1]:${backendPort}`,
      `--write-proxy-${version}=on`,
      '--workers=1',
      '--daemon=off',
      '--alpn-protos=smtp',
      // It does not run as root, where containers like to be.
      ...(process.getuid?.() === 0 ? ['--user=nobody'] : []),
      certificate,
    ],
  });
}
