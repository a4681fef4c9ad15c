// Writes docs/examples/tickets.csv, the small file that the README and the guides work with: made-up help-desk tickets, three questions
// about each. Columns question, context, answer, and group, which keeps the questions of one ticket in one split.
//
//   npx tsx scripts/examples/write-tickets.ts
import { writeFileAtomic } from "../../src/files/index.ts";
import { createRandom, type Random } from "../../src/random.ts";

const TICKETS = 120;
const SEED = 7;

const NAMES = ["Anna Hill", "Ben Brook", "Clara Marsh", "David Ford", "Emma Short", "Frank North", "Grace Baker", "Henry Carter", "Iris Cook", "Jack Archer", "Kate Miller", "Liam Potter", "Maria Costa", "Noah Berg", "Rosa Silva", "Sam Khan"];
const DEVICES = ["printer", "laptop", "scanner", "headset", "phone", "screen", "keyboard", "card reader", "camera", "tablet", "mouse", "projector"];
const PLACES = ["library", "kitchen", "office", "station", "garden room", "market hall", "bakery", "museum", "school", "tower", "attic", "shop"];
const FAULTS = ["does not start", "is very slow", "shows a blue line", "makes a loud noise", "loses its connection", "stays black", "asks for a code", "stops after a minute", "prints empty pages", "is too hot", "blinks red", "smells of smoke"];

interface Ticket {
  readonly name: string;
  readonly device: string;
  readonly place: string;
  readonly fault: string;
  readonly room: number;
}

const TELLINGS: readonly ((ticket: Ticket) => string)[] = [
  ({ name, device, place, fault, room }) => `Hello, this is ${name}. The ${device} in the ${place}, room ${room}, ${fault}. Thank you.`,
  ({ name, device, place, fault, room }) => `${name} from room ${room} called: in the ${place} a ${device} ${fault}.`,
  ({ name, device, place, fault, room }) => `Our ${device} ${fault} since this morning. It stands in the ${place}. Please come to room ${room} and ask for ${name}.`,
  ({ name, device, place, fault, room }) => `To whom it may concern: room ${room}, ${place}. The ${device} there ${fault}. Reported by ${name}.`,
];

const QUESTIONS: readonly (readonly [string, (ticket: Ticket) => string])[] = [
  ["Which device is it?", ({ device }) => device],
  ["Where should we go?", ({ place, room }) => `${place}, room ${room}`],
  ["What is wrong?", ({ fault }) => fault],
];

function drawTicket(random: Random): Ticket {
  return { name: random.pick(NAMES), device: random.pick(DEVICES), place: random.pick(PLACES), fault: random.pick(FAULTS), room: random.between(10, 499) };
}

const random = createRandom(SEED);
const lines = Array.from({ length: TICKETS }, (_, index) => {
  const ticket = drawTicket(random);
  const context = random.pick(TELLINGS)(ticket);
  return QUESTIONS.map(([question, answer]) => [question, context, answer(ticket), `ticket-${index + 1}`].map((cell) => (/[",]/.test(cell) ? `"${cell}"` : cell)).join(","));
});
writeFileAtomic("docs/examples/tickets.csv", ["question,context,answer,group", ...lines.flat(), ""].join("\n"));
