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

// One spelling of a text: %63lock and clock are one name, + and %20 one space. What is no UTF-8 stays as it was.
function spelt(text) {
    try {
        return encodeURIComponent(decodeURIComponent(text.replace(/\+/g, ' ')));
    } catch (error) {
        return text;
    }
}

// Path and query without what was appended, in one spelling and order: a chart that 1,000 newsletters link to is kept
// once, however they write its address. A name said twice keeps its order, for the app looks at that.
function address(r) {
    const parts = r.variables.request_uri.split('?');
    const path = parts[0].split('/').map(part => spelt(part.replace(/\+/g, '%2B'))).join('/');
    const asked = parts.slice(1).join('?').split('&').filter(part => part).map(part => {
        const at = part.indexOf('=');
        return at < 0 ? [spelt(part), ''] : [spelt(part.slice(0, at)), spelt(part.slice(at + 1))];
    }).filter(pair => !APPENDED.test(pair[0]));
    const order = asked.map((pair, place) => ({pair: pair, place: place}));
    order.sort((a, b) => (a.pair[0] < b.pair[0] ? -1 : a.pair[0] > b.pair[0] ? 1 : a.place - b.place));
    const query = order.map(entry => `${entry.pair[0]}=${entry.pair[1]}`).join('&');
    return query ? `${path}?${query}` : path;
}

export default {age, address};
