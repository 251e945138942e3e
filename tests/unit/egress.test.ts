import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTcpServer, type AddressInfo, type Server as TcpServer } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { refusalOf } from '#src/core/callback-url.ts';
import { addressKind } from '#src/core/public-address.ts';
import { createEgress, type EgressOptions } from '#src/http/egress.ts';

/** Every way to this machine, a private network or a cloud's inside that callers have tried elsewhere. */
const forbidden = [
  'https://127.0.0.1/',
  'https://127.1/',
  'https://0/',
  'https://2130706433/',
  'https://0177.0.0.1/',
  'https://0x7f.0.0.1/',
  'https://0x7f000001/',
  'https://127.0.0.1.:8443/',
  'https://１２７.0.0.1/',
  'https://10.0.0.1/',
  'https://172.16.0.1/',
  'https://172.31.255.255/',
  'https://192.168.1.1/',
  'https://3232235777/',
  'https://0xc0.0xa8.1.1/',
  'https://100.64.0.1/',
  'https://100.100.100.200/latest/meta-data/',
  'https://169.254.169.254/latest/meta-data/',
  'https://0xa9fea9fe/',
  'https://168.63.129.16/',
  'https://192.0.0.192/',
  'https://198.18.0.1/',
  'https://192.0.2.1/',
  'https://224.0.0.1/',
  'https://255.255.255.255/',
  'https://[::]/',
  'https://[::1]/',
  'https://[::ffff:127.0.0.1]/',
  'https://[::ffff:a9fe:a9fe]/',
  'https://[0:0:0:0:0:ffff:10.0.0.1]/',
  'https://[::127.0.0.1]/',
  'https://[64:ff9b::a9fe:a9fe]/',
  'https://[64:ff9b:1::1]/',
  'https://[2002:7f00:1::]/',
  'https://[2001:0:7f00:1::]/',
  'https://[fe80::1]/',
  'https://[fec0::1]/',
  'https://[fc00::1]/',
  'https://[fd00:ec2::254]/',
  'https://[ff02::1]/',
  'https://[2001:db8::1]/',
  'https://localhost/',
  'https://LOCALHOST./',
  'https://app.localhost/',
  'https://metadata.google.internal/computeMetadata/v1/',
  'https://metadata/',
  'https://printer.local/',
  'https://router.home.arpa/',
];

const refused = [
  ['http://example.com/hook', 'must be an https URL'],
  ['ftp://example.com/', 'must be an https URL'],
  ['file:///etc/passwd', 'must be an https URL'],
  ['gopher://example.com/', 'must be an https URL'],
  ['/hook', 'must be an absolute URL'],
  ['', 'must be an absolute URL'],
  ['https://user:pass@example.com/', 'must not hold credentials'],
  ['https://example.com/#part', 'must not hold a fragment'],
  ['https://example.com:22/', 'must use port 443 or one above 1023'],
  ['https://example.com:80/', 'must use port 443 or one above 1023'],
  [`https://example.com/${'a'.repeat(2_100)}`, 'must have at most 2048 characters'],
] as const;

describe('URLs of callers', () => {
  test.each(forbidden)('%s is refused', (url) => {
    expect(refusalOf(url, { allowLoopback: false })).toBe('must lead to a public address');
  });

  test.each(refused)('%s %s', (url, reason) => {
    expect(refusalOf(url, { allowLoopback: false })).toBe(reason);
    expect(refusalOf(url, { allowLoopback: true })).toBe(reason);
  });

  test.each([
    'https://example.com/hook',
    'https://hooks.example.com:8443/a?b=c',
    'https://8.8.8.8/',
    'https://[2606:4700:4700::1111]/',
  ])('%s is taken', (url) => expect(refusalOf(url, { allowLoopback: false })).toBeNull());

  test('development may call this machine without TLS, and nothing else more', () => {
    const rules = { allowLoopback: true };
    for (const url of [
      'http://127.0.0.1:80/',
      'http://localhost:9/',
      'https://[::1]:8/',
      'http://2130706433/',
    ])
      expect(refusalOf(url, rules), url).toBeNull();
    for (const url of [
      'http://10.0.0.1/',
      'https://169.254.169.254/',
      'https://[fd00::1]/',
      'http://8.8.8.8/',
    ])
      expect(refusalOf(url, rules), url).not.toBeNull();
  });

  test('what is no address leads nowhere', () => {
    for (const text of ['', 'nonsense', '127.1', '1.2.3', '::g', '10.0.0.1/8'])
      expect(addressKind(text)).toBe('internal');
    expect(addressKind('fe80::1%eth0')).toBe('internal');
    expect(addressKind('8.8.8.8')).toBe('public');
  });
});

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

async function listening<S extends Server | TcpServer>(server: S): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return (server.address() as AddressInfo).port;
}

const receiver = (handle: Handler) => listening(createServer(handle));

function egress(options: Partial<EgressOptions> = {}) {
  const made = createEgress({ allowLoopback: true, ...options });
  onTestFinished(() => made.close());
  return made;
}

const post = (url: string) => ({ url, headers: { 'content-type': 'application/json' }, body: '{"a":1}' });

/** A resolver that tells what the test wants, one answer a question. */
function names(...answers: string[][]): NonNullable<EgressOptions['lookup']> {
  return (_host, _options, done) => {
    const found = answers.length > 1 ? answers.shift()! : answers[0]!;
    done(
      null,
      found.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
    );
  };
}

describe('calls to URLs of callers', () => {
  test('posts the body and keeps the beginning of the answer', async () => {
    let got = '';
    const port = await receiver((request, response) => {
      request.on('data', (part: Buffer) => (got += part.toString()));
      request.on('end', () =>
        response.writeHead(202, { 'retry-after': '7' }).end(`a\0b${'x'.repeat(5_000)}`),
      );
    });
    const answer = await egress({ keptBytes: 16 }).post(post(`http://127.0.0.1:${port}/hook`));
    expect(got).toBe('{"a":1}');
    expect(answer).toMatchObject({ status: 202, excerpt: `ab${'x'.repeat(13)}`, retryAfterSeconds: 7 });
    expect(answer.latencyMs).toBeGreaterThanOrEqual(0);
  });

  test('follows no redirect', async () => {
    const asked: (string | undefined)[] = [];
    const port = await receiver((request, response) => {
      asked.push(request.url);
      response.writeHead(307, { location: '/inside' }).end();
    });
    expect(await egress().post(post(`http://127.0.0.1:${port}/hook`))).toMatchObject({ status: 307 });
    expect(asked).toEqual(['/hook']);
  });

  test('waits no longer than it is told: for a connection that says nothing, and for a body that drips', async () => {
    const silent = await listening(createTcpServer(() => {}).on('connection', (socket) => socket.unref()));
    const dripping = await receiver((_request, response) => {
      response.writeHead(200).flushHeaders();
      const timer = setInterval(() => response.write('.'), 20);
      response.on('close', () => clearInterval(timer));
    });
    const calls = egress({ timeoutMs: 300 });
    const startedAt = performance.now();
    expect(await calls.post(post(`http://127.0.0.1:${silent}/`))).toMatchObject({ error: 'timeout' });
    // The status was given: the receiver has it.
    expect(await calls.post(post(`http://127.0.0.1:${dripping}/`))).toMatchObject({ status: 200 });
    expect(performance.now() - startedAt).toBeLessThan(5_000);
  });

  test('says in a word what failed', async () => {
    const port = await receiver(() => {});
    const calls = egress({
      lookup: (_host, _options, done) => done(Object.assign(new Error('no'), { code: 'ENOTFOUND' }), []),
    });
    expect(await calls.post(post('https://gone.example.com/'))).toMatchObject({ error: 'name_not_found' });
    expect(await calls.post(post('http://127.0.0.1:1/'))).toMatchObject({ error: 'connection_refused' });
    const notTls = await calls.post(post(`https://127.0.0.1:${port}/`));
    expect(notTls.error).toMatch(/^(connection|tls)_failed$/);
  });

  test('a name that leads inside is refused when it is registered and when it is called', async () => {
    let reached = 0;
    const port = await listening(createTcpServer((socket) => void ((reached += 1), socket.destroy())));
    const url = `https://hooks.example.com:${port}/`;
    for (const inside of [
      '127.0.0.1',
      '::1',
      '::ffff:127.0.0.1',
      '10.0.0.1',
      '169.254.169.254',
      'fd00:ec2::254',
    ]) {
      const calls = egress({ allowLoopback: false, lookup: names([inside]) });
      expect(await calls.check(url), inside).toBe('must lead to a public address');
      expect(await calls.post(post(url)), inside).toMatchObject({ error: 'address_refused' });
    }
    // One good address among bad ones helps nothing.
    const mixed = egress({ allowLoopback: false, lookup: names(['8.8.8.8', '127.0.0.1']) });
    expect(await mixed.post(post(url))).toMatchObject({ error: 'address_refused' });
    expect(reached).toBe(0);
  });

  test('a name that leads elsewhere once it was registered is refused at the connection (DNS rebinding)', async () => {
    let reached = 0;
    const port = await listening(createTcpServer((socket) => void ((reached += 1), socket.destroy())));
    const url = `https://rebind.example.com:${port}/`;
    const calls = egress({ allowLoopback: false, lookup: names(['93.184.216.34'], ['127.0.0.1']) });
    expect(await calls.check(url)).toBeNull();
    expect(await calls.post(post(url))).toMatchObject({ error: 'address_refused' });
    expect(reached).toBe(0);
  });

  test('each call looks its name up again: no connection is kept', async () => {
    const port = await receiver((_request, response) => response.end('ok'));
    const calls = egress({ lookup: names(['127.0.0.1'], ['10.0.0.1']) });
    const url = `http://localhost:${port}/`;
    expect(await calls.post(post(url))).toMatchObject({ status: 200 });
    expect(await calls.post(post(url))).toMatchObject({ error: 'address_refused' });
  });

  test('literals are refused without a look-up, a name that nobody knows waits for its call', async () => {
    const calls = egress({ allowLoopback: false });
    for (const url of ['https://127.0.0.1/', 'https://2130706433/', 'https://[::1]/', 'http://example.com/'])
      expect(await calls.post(post(url)), url).toMatchObject({ error: 'address_refused' });
    expect(await calls.check('https://[::ffff:127.0.0.1]/')).toBe('must lead to a public address');
    const unknown = egress({
      lookup: (_host, _options, done) => done(Object.assign(new Error('no'), { code: 'EAI_AGAIN' }), []),
    });
    expect(await unknown.check('https://later.example.com/')).toBeNull();
  });
});
