// Shows the API reference. With the cookie of a signed-in person "Try it out" works without a token.
const place = document.getElementById("reference");

window.ui = SwaggerUIBundle({
  domNode: place,
  url: place.dataset.schema,
  deepLinking: true,
  persistAuthorization: false,
  presets: [SwaggerUIBundle.presets.apis],
  layout: "BaseLayout",
  requestInterceptor(request) {
    const csrf = document.cookie.match(/(?:__Host-)?browsergrid_csrf=([^;]+)/);
    if (csrf && new URL(request.url, location.href).origin === location.origin) {
      request.headers["X-CSRFToken"] = csrf[1];
    }
    return request;
  },
});
