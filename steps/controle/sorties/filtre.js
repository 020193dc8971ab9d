(function () {
  "use strict";
  var champ = document.getElementById("cherche");
  var boite = document.getElementById("recherche");
  if (!champ || !boite) { return; }
  boite.hidden = false;
  var elements = Array.prototype.slice.call(document.querySelectorAll("[data-nom]"));
  champ.addEventListener("input", function () {
    var mots = champ.value.toLowerCase().split(/\s+/).filter(Boolean);
    elements.forEach(function (element) {
      var texte = element.getAttribute("data-nom").toLowerCase();
      element.classList.toggle("masque", !mots.every(function (mot) { return texte.indexOf(mot) >= 0; }));
    });
  });
})();
