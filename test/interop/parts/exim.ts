import { chmod, chown, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { accountOf } from './account.ts';
import { findProgram } from './installed.ts';
import type { Program } from './program.ts';
import type { Stage } from './stage.ts';

/** Exim that takes mail on loopback and relays all of it to one place, looking again every second. */
export async function startExim(stage: Stage, relayPort: number): Promise<Program> {
  // It gives up root's rights on the way and has to get in as itself.
  await chmod(stage.dir, 0o711);
  const folder = join(stage.dir, 'exim');
  await mkdir(folder);
  await chmod(folder, 0o711);
  const { uid, gid } = await accountOf('Debian-exim');
  for (const name of ['spool', 'log']) {
    await mkdir(join(folder, name));
    await chown(join(folder, name), uid, gid);
  }
  return stage.program({
    name: 'exim4',
    ports: 1,
    logFile: join(folder, 'log/main'),
    configure: async ([port]) => {
      const path = await stage.file('exim/exim.conf', configuration(folder, port, relayPort));
      await chmod(path, 0o644);
      return ['-C', path, '-bdf', '-q1s'];
    },
  });
}

function configuration(folder: string, port: number | undefined, relayPort: number): string {
  return `exim_path = ${findProgram('exim4')}
keep_environment =
primary_hostname = relay.example
local_interfaces = 127.0.0.1
daemon_smtp_ports = ${port}
spool_directory = ${folder}/spool
log_file_path = ${folder}/log/%s
pid_file_path = ${folder}/spool/exim.pid
tls_advertise_hosts =
host_lookup =
rfc1413_query_timeout = 0s
acl_smtp_rcpt = accept
begin routers
relay:
  driver = manualroute
  transport = relay
  route_list = * 127.0.0.1
  self = send
begin transports
relay:
  driver = smtp
  port = ${relayPort}
  hosts_avoid_tls = *
begin retry
* * F,1h,1s
`;
}
