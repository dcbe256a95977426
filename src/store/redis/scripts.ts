/**
 * What Redis does in one piece, in Lua. All scripts take the same keys:
 *
 * - meta: a hash: `schema`; `epoch`, a name that the data set was given when it was new; `generation`, how often it
 *   was brought back after a loss; `seq`, which grows with every change; `floor`, see `changes`; `topology`, its version
 * - rooms: a hash, room → `NODE TAB STAMP TAB WRITER TAB WISHES`: the stamp is the `seq` at which the claim was made,
 *   the writer the dispatcher that made it, the wishes are JSON
 * - names, nodes: sorted sets of score 0, for pages: the room; the node, NUL, the room
 * - loads: a hash, node → rooms
 * - expiry: room → milliseconds since the epoch, on Redis' clock
 * - feed: room → the `seq` of its last change, be it a release: so what changed since a `seq` is one range
 * - gone: rooms that were released lately → the stamp of that
 * - topology: its record as JSON
 *
 * Arguments begin alike, too: epoch, generation, seq, time to live, limit on claims, channel. A script refuses (LOST)
 * where Redis is not what the caller knew: empty, older than what it has seen, or brought back by another dispatcher.
 * So nobody takes a room for free that a Redis without its memory does not know. (Redis: EVAL, "Scripting with Lua";
 * effects are replicated, not scripts, from Redis 5 on, so that scripts may ask for the time.)
 */

/** Rooms that were released, whose release is kept in mind. */
export const MAX_GONE = 10_000;

/**
 * How far the counter jumps when Redis has lost some of its memory: what others have seen that it lost, and that who
 * brings it back has not seen, lies in between.
 */
export const GAP = 1_048_576;

const PRELUDE = `
local meta, rooms, names, nodes, loads, expiry, feed, gone, topology = unpack(KEYS)
local known = { epoch = ARGV[1], generation = ARGV[2], seq = tonumber(ARGV[3]) }
local ttl, limit, channel = tonumber(ARGV[4]), tonumber(ARGV[5]), ARGV[6]
local FIRST = 7

local function now()
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end

local function seqNow() return tonumber(redis.call('HGET', meta, 'seq') or '0') end

local function lost()
  local found = redis.call('HMGET', meta, 'epoch', 'generation', 'seq')
  if found[1] ~= known.epoch or found[2] ~= known.generation or tonumber(found[3]) < known.seq then
    return redis.error_reply('LOST Redis is not as it was')
  end
end

local function nodeOf(value) return string.match(value, '^[^\\t]*') end
local function stampOf(value) return tonumber(string.match(value, '^[^\\t]*\\t(%d+)')) end
local function writerOf(value) return string.match(value, '^[^\\t]*\\t%d+\\t([^\\t]*)') end

local function changed(room)
  local seq = redis.call('HINCRBY', meta, 'seq', 1)
  redis.call('ZADD', feed, seq, room)
  redis.call('PUBLISH', channel, seq)
  return seq
end

local function takeOff(room, node)
  redis.call('ZREM', nodes, node .. '\\0' .. room)
  if redis.call('HINCRBY', loads, node, -1) <= 0 then redis.call('HDEL', loads, node) end
end

-- A stamp of nil: now.
local function put(room, node, rest, stamp)
  local held = redis.call('HGET', rooms, room)
  if held then takeOff(room, nodeOf(held)) else redis.call('ZADD', names, 0, room) end
  local seq = changed(room)
  redis.call('HSET', rooms, room, node .. '\\t' .. string.format('%.0f', stamp or seq) .. '\\t' .. rest)
  redis.call('ZADD', nodes, 0, node .. '\\0' .. room)
  redis.call('HINCRBY', loads, node, 1)
  redis.call('ZADD', expiry, now() + ttl, room)
  redis.call('ZREM', gone, room)
end

local function drop(room, stamp)
  local held = redis.call('HGET', rooms, room)
  if held then
    takeOff(room, nodeOf(held))
    redis.call('HDEL', rooms, room)
    redis.call('ZREM', names, room)
    redis.call('ZREM', expiry, room)
  end
  local seq = changed(room)
  redis.call('ZADD', gone, stamp or seq, room)
  while redis.call('ZCARD', gone) > ${MAX_GONE} do
    local oldest = redis.call('ZPOPMIN', gone)[1]
    local at = tonumber(redis.call('ZSCORE', feed, oldest) or '0')
    redis.call('ZREM', feed, oldest)
    if at > tonumber(redis.call('HGET', meta, 'floor') or '0') then redis.call('HSET', meta, 'floor', at) end
  end
end

local function full() return redis.call('HLEN', rooms) >= limit end
local FULL = 'FULL no more than ' .. limit .. ' claims fit'
`;

/** A script that refuses where Redis is not what the caller knew. */
function guarded(body: string): string {
  return `${PRELUDE}
local refused = lost()
if refused then return refused end
${body}`;
}

/**
 * Takes up a connection. Where Redis is new, or has lost what the caller has seen, it is given an epoch, a generation
 * and a counter that nobody has seen. Answers with those, and the seq that was there before.
 */
export const OPEN = `${PRELUDE}
local found = redis.call('HMGET', meta, 'epoch', 'generation', 'seq')
local before = tonumber(found[3] or '0')
local generation = tonumber(known.generation)
if not found[1] then
  local seq = known.seq > 0 and known.seq + ${GAP} or 0
  redis.call('HSET', meta, 'epoch', known.epoch, 'generation', generation + 1, 'seq', seq)
elseif found[1] == known.epoch and before < known.seq then
  generation = math.max(generation, tonumber(found[2]))
  redis.call('HSET', meta, 'generation', generation + 1, 'seq', known.seq + ${GAP})
end
local held = redis.call('HMGET', meta, 'epoch', 'generation')
return { held[1], held[2], before }`;

/** Room. Who asks for a claim needs it: it is renewed once a tenth of its time is over. */
export const GET = guarded(`
local room = ARGV[FIRST]
local held = redis.call('HGET', rooms, room)
if held and tonumber(redis.call('ZSCORE', expiry, room) or '0') < now() + ttl * 0.9 then
  redis.call('ZADD', expiry, now() + ttl, room)
end
return held`);

/** Room, node, writer and wishes. First writer wins. */
export const CREATE = guarded(`
local room, node, rest = ARGV[FIRST], ARGV[FIRST + 1], ARGV[FIRST + 2]
local held = redis.call('HGET', rooms, room)
if held then return { 0, held, seqNow() } end
if full() then return redis.error_reply(FULL) end
put(room, node, rest)
return { 1, redis.call('HGET', rooms, room), seqNow() }`);

/** Room, the node that it is expected on, node, writer and wishes. */
export const MOVE = guarded(`
local room, expected, node, rest = ARGV[FIRST], ARGV[FIRST + 1], ARGV[FIRST + 2], ARGV[FIRST + 3]
local held = redis.call('HGET', rooms, room)
if not held or nodeOf(held) ~= expected then return { 0, held, seqNow() } end
put(room, node, rest)
return { 1, redis.call('HGET', rooms, room), seqNow() }`);

/** Room. */
export const RELEASE = guarded(`
local room = ARGV[FIRST]
local held = redis.call('HGET', rooms, room)
if held then drop(room) end
return { held and 1 or 0, held, seqNow() }`);

/** Node or nothing, cursor, limit. Answers with rooms and values in turn. */
export const LIST = guarded(`
local node, after, count = ARGV[FIRST], ARGV[FIRST + 1], ARGV[FIRST + 2]
local key, from, to, skip = names, '(' .. after, '+', 0
if node ~= '' then
  key, from, to, skip = nodes, '(' .. node .. '\\0' .. after, '(' .. node .. '\\1', #node + 1
end
local answer = {}
for _, member in ipairs(redis.call('ZRANGEBYLEX', key, from, to, 'LIMIT', 0, count)) do
  local room = string.sub(member, skip + 1)
  table.insert(answer, room)
  table.insert(answer, redis.call('HGET', rooms, room))
end
return answer`);

/** Rooms and nodes in turn. Renews claims on these nodes; answers with the node of each, or false. */
export const RENEW = guarded(`
local until_, answer = now() + ttl, {}
for i = FIRST, #ARGV, 2 do
  local held = redis.call('HGET', rooms, ARGV[i])
  local node = held and nodeOf(held)
  if node == ARGV[i + 1] then redis.call('ZADD', expiry, until_, ARGV[i]) end
  table.insert(answer, node)
end
return answer`);

/** Limit. Drops claims that nobody has renewed; answers with rooms and nodes in turn. */
export const EXPIRE = guarded(`
local answer = {}
for _, room in ipairs(redis.call('ZRANGEBYSCORE', expiry, '-inf', now(), 'LIMIT', 0, ARGV[FIRST])) do
  local held = redis.call('HGET', rooms, room)
  if held then
    table.insert(answer, room)
    table.insert(answer, nodeOf(held))
    drop(room)
  end
  redis.call('ZREM', expiry, room)
end
return answer`);

/**
 * Since which seq, limit, 1 for a caller who begins with nothing. Answers with the seq, the
 * version of the topology, 1 where the caller has to begin with nothing since releases were forgotten meanwhile, and
 * the changes: room, seq, and the value of its claim, or the stamp of its release.
 */
export const CHANGES = guarded(`
local since, count, anew = tonumber(ARGV[FIRST]), ARGV[FIRST + 1], ARGV[FIRST + 2] == '1'
local head = { seqNow(), tonumber(redis.call('HGET', meta, 'topology') or '0'), 0, {} }
if not anew and since < tonumber(redis.call('HGET', meta, 'floor') or '0') then
  head[3] = 1
  return head
end
local range = redis.call('ZRANGEBYSCORE', feed, '(' .. string.format('%.0f', since), '+inf', 'WITHSCORES', 'LIMIT', 0, count)
local changes = head[4]
for i = 1, #range, 2 do
  local room = range[i]
  table.insert(changes, room)
  table.insert(changes, range[i + 1])
  table.insert(changes, redis.call('HGET', rooms, room) or redis.call('ZSCORE', gone, room) or '0')
end
return head`);

/**
 * What the caller knew before Redis lost it: room, stamp, node, writer and wishes (no node: it was released) in turn.
 * The newer stamp holds.
 */
export const RESTORE = guarded(`
local restored = 0
for i = FIRST, #ARGV, 4 do
  local room, stamp, node, rest = ARGV[i], tonumber(ARGV[i + 1]), ARGV[i + 2], ARGV[i + 3]
  local held = redis.call('HGET', rooms, room)
  local at = held and stampOf(held) or tonumber(redis.call('ZSCORE', gone, room) or '-1')
  if stamp > at then
    if node == '' then drop(room, stamp) else put(room, node, rest, stamp) end
    restored = restored + 1
  end
end
return restored`);

/**
 * A change that was made while Redis was not there: room, the node that it was claimed on before (or nothing), node
 * (nothing: it was released), writer and wishes. It holds unless somebody else claimed or moved the room meanwhile.
 * What the same writer left there is its own attempt, of which it never learned that it came through.
 */
export const SETTLE = guarded(`
local room, base, node, rest = ARGV[FIRST], ARGV[FIRST + 1], ARGV[FIRST + 2], ARGV[FIRST + 3]
local held = redis.call('HGET', rooms, room)
local there = held and nodeOf(held) or ''
local ours = held and (there == base or writerOf(held) == ARGV[FIRST + 4])
if node == '' then
  if ours then drop(room) end
elseif not held or (ours and there ~= node) then
  put(room, node, rest)
end
local value = redis.call('HGET', rooms, room)
return { (node == '' or nodeOf(value) == node) and 1 or 0, value, seqNow() }`);

/** The seq, and the rooms of each node as they were counted: node and rooms in turn. */
export const LOADS = guarded(`return { seqNow(), redis.call('HGETALL', loads) }`);

/** The record of the topology, or nothing. */
export const READ_TOPOLOGY = guarded(`return redis.call('GET', topology)`);

/** Version that is expected, version, record. */
export const WRITE_TOPOLOGY = guarded(`
if tonumber(redis.call('HGET', meta, 'topology') or '0') ~= tonumber(ARGV[FIRST]) then return 0 end
redis.call('HSET', meta, 'topology', ARGV[FIRST + 1])
redis.call('SET', topology, ARGV[FIRST + 2])
redis.call('PUBLISH', channel, 'topology')
return 1`);

/** Version, record: brought back where Redis has an older one. */
export const RESTORE_TOPOLOGY = guarded(`
if tonumber(redis.call('HGET', meta, 'topology') or '0') >= tonumber(ARGV[FIRST]) then return 0 end
redis.call('HSET', meta, 'topology', ARGV[FIRST])
redis.call('SET', topology, ARGV[FIRST + 1])
redis.call('PUBLISH', channel, 'topology')
return 1`);

/** Key of its own: whoever took it. By whom, milliseconds. What others of these scripts know does not matter here. */
export const TAKE_ONCE = `
local held = redis.call('GET', KEYS[1])
if held then return held == ARGV[1] and 1 or 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1`;
