import type { Address } from '#src/core/hex.ts';
import type { ChainAnswer, ChainQuestion } from '#src/core/probe.ts';

/** Asks several questions in one call; answers in their order. */
export type AskTogether = (network: string, questions: readonly ChainQuestion[]) => Promise<ChainAnswer[]>;

type Waiting = {
  question: ChainQuestion;
  resolve(answer: ChainAnswer): void;
  reject(error: unknown): void;
};

/** Payments in one call: nodes cap what an eth_call may burn. */
const most = 25;
/** What comes while a request is under way is asked together once it is answered, or after this long, ms. */
const patienceMs = 25;
/** Those who were answered together often ask again together: what waits by then waits so long for them, ms. */
const restMs = 1;

/**
 * Questions that come while others are asked share the next call: none waits while the network is idle, and under load
 * there are few calls. Simulations in one call see each other's effects, so nobody in it pays twice or pays somebody who
 * pays, and only what went well counts: everything else is asked again alone.
 */
export function shareCalls(ask: AskTogether) {
  const alone = async (network: string, question: ChainQuestion): Promise<ChainAnswer> => {
    const [answer] = await ask(network, [question]);
    if (!answer) throw new Error('no answer');
    return answer;
  };
  const askGroup = async (network: string, group: readonly Waiting[]): Promise<void> => {
    try {
      const questions = group.map((one) => one.question);
      const answers = await ask(network, questions);
      for (const [i, { question, resolve, reject }] of group.entries()) {
        const answer = answers[i];
        if (answer && (group.length === 1 || answer.simulation.every((call) => call.ok))) resolve(answer);
        else alone(network, question).then(resolve, reject);
      }
    } catch (error) {
      for (const { reject } of group) reject(error);
    }
  };
  const queues = new Map<string, ReturnType<typeof createQueue>>();
  return (network: string, question: ChainQuestion): Promise<ChainAnswer> => {
    if (!question.between) return alone(network, question);
    const queue = queues.get(network) ?? createQueue((group) => askGroup(network, group));
    queues.set(network, queue);
    return new Promise((resolve, reject) => {
      queue({ question, resolve, reject });
    });
  };
}

/** Collects what comes in one turn of the event loop, or while a request is under way. */
function createQueue(askGroup: (group: readonly Waiting[]) => Promise<void>) {
  let waiting: Waiting[] = [];
  let scheduled = false;
  let busy = false;
  const resume = (): void => {
    busy = false;
    flush();
  };
  const flush = (): void => {
    scheduled = false;
    if (busy || waiting.length === 0) return;
    const now = waiting;
    waiting = [];
    busy = true;
    let over = false;
    const end = (rest: number): void => {
      if (over) return;
      over = true;
      clearTimeout(patience);
      if (waiting.length > 0 && rest > 0) setTimeout(resume, rest);
      else resume();
    };
    const patience = setTimeout(end, patienceMs, 0);
    void Promise.all(groupsOf(now).map(askGroup)).then(() => end(restMs));
  };
  return (one: Waiting): void => {
    waiting.push(one);
    if (scheduled) return;
    scheduled = true;
    setImmediate(flush);
  };
}

type Group = { members: Waiting[]; payers: Set<Address>; payees: Set<Address> };

/** Groups in which no simulation can change what another one comes to. */
function groupsOf(waiting: readonly Waiting[]): Waiting[][] {
  const groups: Group[] = [];
  for (const one of waiting) {
    const { payer, payTo } = one.question.between ?? {};
    if (!payer || !payTo) continue;
    const fits = ({ members, payers, payees }: Group) =>
      members.length < most && !payers.has(payer) && !payees.has(payer) && !payers.has(payTo);
    let group = groups.find(fits);
    if (!group) groups.push((group = { members: [], payers: new Set(), payees: new Set() }));
    group.members.push(one);
    group.payers.add(payer);
    group.payees.add(payTo);
  }
  return groups.map((group) => group.members);
}
