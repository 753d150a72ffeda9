/* The order in which a first visit to a page with a chart does its work; it stands before Streamlit's own scripts.

   What draws charts takes a second to begin, in which a browser does nothing else: it begins once the server was asked
   for the page, so that both work at the same time. What the server sends after the first figure waits until that is
   drawn; where the script that draws it is still being sent, nothing waits. */
(() => {
  const Plain = window.WebSocket;
  const LONGEST = 3000; // milliseconds that anything waits for a figure
  const FIGURE = '"layout":{"'; // in no other message of a page
  const DRAWING = new URL(%(drawing)s, document.baseURI).href;

  const isDrawn = () =>
    [...document.querySelectorAll("[data-testid=stPlotlyChart] .main-svg")].some(
      (one) => one.getClientRects().length && getComputedStyle(one).visibility === "visible",
    );
  const isSent = () => performance.getEntriesByName(DRAWING, "resource").length > 0;
  const hasFigure = (message) => new TextDecoder().decode(message.data).includes(FIGURE);

  function inOrder(take) {
    const waiting = [];
    let waits = false, waited = false;
    const end = () => {
      waits = false;
      waiting.splice(0).forEach(take);
    };
    const look = () => {
      if (isDrawn()) setTimeout(end); // once this frame is on screen
      else if (waits) requestAnimationFrame(look);
    };
    return (message) => {
      if (waits) {
        waiting.push(message);
        return;
      }
      take(message);
      if (waited || !hasFigure(message)) return;
      waited = true;
      waits = isSent();
      if (waits) {
        requestAnimationFrame(look);
        setTimeout(end, LONGEST);
      }
    };
  }

  window.WebSocket = class extends Plain {
    send(data) {
      super.send(data);
      window.WebSocket = Plain; // one that is opened later belongs to a page that has its chart
      import(DRAWING);
    }
    addEventListener(name, listener, ...more) {
      super.addEventListener(name, name === "message" ? inOrder(listener) : listener, ...more);
    }
  };
})();
