// A recording as experiments/recording packs it, and the economy of any frame of it.

const TYPES = { u1: Uint8Array, u2: Uint16Array, i4: Int32Array, f4: Float32Array, b2: Uint16Array };
const KEY = 16; // frames from one remembered state of the users to the next
export const OLD = 1; // in the code of providers: the old technology; 0 is no provider; others are slots + 2

export async function readRecording(packed) {
  const { words, arrays } = await unpack(packed);
  return new Recording(words, arrays);
}

export async function unpack(packed) {
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate"));
  const bytes = new Uint8Array(await new Response(stream).arrayBuffer());
  const length = new DataView(bytes.buffer).getUint32(0, true);
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(4, 4 + length)));
  const arrays = {};
  for (const entry of header.arrays) arrays[entry.name] = decoded(bytes, 4 + length, entry);
  return { words: header.words, arrays };
}

function decoded(bytes, body, entry) {
  const type = TYPES[entry.type];
  const count = entry.shape.reduce((product, side) => product * side, 1);
  const size = type.BYTES_PER_ELEMENT;
  const plain = new Uint8Array(count * size);
  for (let byte = 0, at = body + entry.at; byte < size; byte++) {
    for (let i = byte; i < plain.length; i += size) plain[i] = bytes[at++];
  }
  const values = new type(plain.buffer);
  if (entry.coding.includes("delta")) for (let i = 1; i < count; i++) values[i] += values[i - 1];
  if (entry.type !== "b2") return values;
  return new Float32Array(Uint32Array.from(values, (upper) => upper << 16).buffer);
}

export class Recording {
  constructor(words, arrays) {
    Object.assign(this, { words, arrays });
    this.horizon = words.horizon;
    this.users = words.users;
    this.lives = arrays.life_slot.length;
    this.offsets = offsets(Array.from(arrays.life_first, (first, life) => arrays.life_last[life] - first));
    this.switchesBefore = offsets(arrays.switches);
    this.provider = Uint16Array.from(arrays.start);
    this.keys = [Uint16Array.from(arrays.start)];
    this.frame = 0;
    this.industry = new Uint16Array(this.users);
    for (let j = 0; j + 1 < arrays.industry_first.length; j++) {
      this.industry.fill(j, arrays.industry_first[j], arrays.industry_first[j + 1]);
    }
  }

  // Values per quarter of an indicator; the quarter of frame k is k - 1.
  series(name) {
    const place = this.words.series.indexOf(name);
    return this.arrays.series.subarray(place * this.horizon, (place + 1) * this.horizon);
  }

  // Every user's provider at a frame. The array is the same one each time.
  providersAt(frame) {
    const key = Math.min(Math.floor(frame / KEY), this.keys.length - 1);
    if (frame < this.frame || key * KEY > this.frame) this._goTo(key * KEY, this.keys[key]);
    const { switch_user: users, switch_to: to } = this.arrays;
    while (this.frame < frame) {
      const last = this.switchesBefore[this.frame + 1];
      for (let i = this.switchesBefore[this.frame]; i < last; i++) this.provider[users[i]] = to[i];
      this.frame += 1;
      if (this.frame === this.keys.length * KEY) this.keys.push(Uint16Array.from(this.provider));
    }
    return this.provider;
  }

  _goTo(frame, provider) {
    this.provider.set(provider);
    this.frame = frame;
  }

  // The living firms of a frame, in the order of their lives.
  firmsAt(frame) {
    const a = this.arrays;
    const firms = [];
    let all = 0;
    for (let life = 0; life < this.lives; life++) {
      if (frame < a.life_first[life] || frame >= a.life_last[life]) continue;
      const at = this.offsets[life] + frame - a.life_first[life];
      all += a.units[at];
      firms.push({
        life, slot: a.life_slot[life], units: a.units[at], generation: a.generation[at], support: a.support[at],
        isNew: frame > 0 && a.life_first[life] === frame, age: frame - a.life_first[life],
        foreign: a.life_foreign[life] === 1, region: a.life_region[life] - 1, share: 0,
      });
    }
    for (const firm of firms) firm.share = all > 0 ? firm.units / all : 0;
    return firms;
  }

  // The lives that ended between the frame before and this one.
  endedAt(frame) {
    const ended = [];
    for (let life = 0; life < this.lives; life++) {
      if (this.arrays.life_last[life] === frame && frame <= this.horizon) ended.push(life);
    }
    return ended;
  }

  // What a firm sold and was, per frame of its life.
  historyOf(life) {
    const first = this.offsets[life];
    const last = this.offsets[life + 1];
    const of = (name) => this.arrays[name].subarray(first, last);
    return { first: this.arrays.life_first[life], units: of("units"), generation: of("generation"), support: of("support") };
  }

  // A user's changes of provider: [frame, provider], the first of them at frame 0.
  changesOf(user) {
    const changes = [[0, this.arrays.start[user]]];
    for (let frame = 1; frame <= this.horizon; frame++) {
      for (let i = this.switchesBefore[frame - 1]; i < this.switchesBefore[frame]; i++) {
        if (this.arrays.switch_user[i] === user) changes.push([frame, this.arrays.switch_to[i]]);
      }
    }
    return changes;
  }

  // The life in a slot at a frame, -1 where nobody lives there.
  lifeIn(slot, frame) {
    const a = this.arrays;
    for (let life = this.lives - 1; life >= 0; life--) {
      if (a.life_slot[life] === slot && a.life_first[life] <= frame && frame < a.life_last[life]) return life;
    }
    return -1;
  }
}

function offsets(counts) {
  const found = new Uint32Array(counts.length + 1);
  for (let i = 0; i < counts.length; i++) found[i + 1] = found[i] + counts[i];
  return found;
}
