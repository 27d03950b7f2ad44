import { chmod, chown, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { accountOf } from './account.ts';
import type { Program } from './program.ts';
import type { Stage } from './stage.ts';

/** Postfix that takes mail on loopback and relays all of it to one place, looking again every second. */
export async function startPostfix(stage: Stage, relayPort: number): Promise<Program> {
  // Its daemons run as another user and have to get in.
  await chmod(stage.dir, 0o711);
  const folder = join(stage.dir, 'postfix');
  for (const name of ['queue', 'data']) await mkdir(join(folder, name), { recursive: true });
  await chmod(folder, 0o755);
  const { uid, gid } = await accountOf('postfix');
  await chown(join(folder, 'data'), uid, gid);
  return stage.program({
    name: 'postfix',
    ports: 1,
    pidFile: join(folder, 'queue/pid/master.pid'),
    configure: async ([port]) => {
      await stage.file('postfix/main.cf', mainConfig(folder, relayPort));
      await stage.file('postfix/master.cf', masterConfig(port));
      return ['-c', folder, 'start-fg'];
    },
  });
}

function mainConfig(folder: string, relayPort: number): string {
  return `compatibility_level = 3.6
queue_directory = ${folder}/queue
data_directory = ${folder}/data
maillog_file = /dev/stdout
myhostname = relay.example
mydestination =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks = 127.0.0.0/8
relayhost = [127.0.0.1]:${relayPort}
smtp_dns_support_level = disabled
smtp_tls_security_level = may
smtp_send_xforward_command = yes
queue_run_delay = 1s
minimal_backoff_time = 1s
maximal_backoff_time = 1s
transport_retry_time = 1s
alias_maps =
`;
}

function masterConfig(port: number | undefined): string {
  return `127.0.0.1:${port} inet n - n - - smtpd
postlog unix-dgram n - n - 1 postlogd
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 1 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
relay unix - - n - - smtp
error unix - - n - - error
retry unix - - n - - error
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
tlsmgr unix - - n 1000? 1 tlsmgr
`;
}
