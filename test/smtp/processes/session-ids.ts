/** Tells its parent the ids of two sessions, as of a process that began in the second 1,800,000,000. */

Date.now = () => 1_800_000_000_000;
const { SessionState } = await import('../../../src/smtp/engine/session-state.ts');
const ids = [1, 2].map((port) => new SessionState({ address: '192.0.2.1', port, family: 'IPv4' }).id);
process.send?.(ids);
