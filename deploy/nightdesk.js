// What nginx cannot say in its own words: how old a kept answer is, and which part of an address a chart is drawn from.

// Names that hosts, newsletters and networks append to any address; the app does not look at them either.
const APPENDED = /^(?:utm_[^=]*|fbclid|gclid|initialWidth|childId|parentTitle|parentUrl|amp|secret)(?:=|$)/;
const KEPT = ['HIT', 'STALE', 'UPDATING'];

// Seconds since the app made an answer that comes from the cache; empty, so no header, for one it has just made.
function age(r) {
    const made = Date.parse(r.variables.upstream_http_date);
    if (!KEPT.includes(r.variables.upstream_cache_status) || isNaN(made)) {
        return '';
    }
    return String(Math.max(0, Math.floor((Date.now() - made) / 1000)));
}

// Path and query without what was appended: a chart that 1,000 newsletters link to is kept once.
function address(r) {
    const parts = r.variables.request_uri.split('?');
    const query = parts.slice(1).join('?').split('&').filter(part => part && !APPENDED.test(part)).join('&');
    return query ? `${parts[0]}?${query}` : parts[0];
}

export default {age, address};
