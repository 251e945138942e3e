/**
 * Loaded into the bundler's process before it. The bundler has no flag for the host it binds, so every listener is
 * put on loopback; and it must not outlive the supervisor, nor may the chain when the supervisor was killed.
 */
import { Server } from 'node:net';

const listen = Server.prototype.listen;

Server.prototype.listen = function loopbackOnly(...args) {
  const [first, ...rest] = args;
  if (typeof first === 'object' && first !== null && 'port' in first)
    args[0] = { ...first, host: '127.0.0.1' };
  else if (typeof first === 'number')
    args = [first, '127.0.0.1', ...rest.filter((arg) => typeof arg !== 'string')];
  this.once('listening', () => process.send?.({ port: this.address()?.port }));
  return listen.apply(this, args);
};

/** @type {number | undefined} */
let chainPid;
process.on('message', (/** @type {{ chainPid: number }} */ message) => (chainPid = message.chainPid));
process.on('disconnect', () => {
  try {
    // SIGTERM lets it write its state
    if (chainPid !== undefined) process.kill(chainPid, 'SIGTERM');
  } finally {
    process.exit();
  }
});
