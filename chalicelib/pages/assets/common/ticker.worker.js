/** The other side of `ticker.js`. */
onmessage = ({ data }) => { setInterval(() => postMessage(null), data); };
