// Les pièces : déposer, choisir, coller ; montrer ce que le contrôle en dit.
"use strict";
import { el } from "/pages/formulaire.js";

const $ = id => document.getElementById(id);
const GENRES = { video: "vidéo", capture: "capture d'écran", document: "document", attestation: "attestation", message: "message échangé", "trace/log": "extrait de trace", export: "fichier exporté", "fichier-CDA": "document CDA", "lien-plateforme-test": "lien ou identifiant d'une plateforme de test", autre: "autre pièce" };

export class Pieces {
  constructor(envoyer) {
    this.envoyer = envoyer;
    this.cadres = new Map();
    document.addEventListener("paste", evenement => this.coller(evenement));
  }

  montrer(numero, pieces) {
    this.numero = numero;
    this.cadres.clear();
    this.choisie = pieces[0]?.preuve;
    $("bloc-pieces").hidden = !pieces.length;
    $("pieces").replaceChildren(...pieces.map((piece, rang) => this.cadre(piece, rang, pieces.length)));
  }

  cadre(piece, rang, combien) {
    const liste = el("ul"), message = el("p", { role: "status" });
    const choix = el("input", { type: "file", multiple: true, id: `fichier${rang}`, name: `piece ${piece.preuve}` });
    choix.onchange = async () => { for (const fichier of choix.files) await this.deposer(piece.preuve, fichier, fichier.name); choix.value = ""; };
    const radio = el("input", { type: "radio", name: "collage", value: piece.preuve, checked: rang === 0 });
    radio.onchange = () => { this.choisie = piece.preuve; for (const [p, c] of this.cadres) c.boite.classList.toggle("choisie", p === piece.preuve); };
    const boite = el("div", { class: "piece" + (rang === 0 && combien > 1 ? " choisie" : ""), "data-preuve": piece.preuve },
      el("p", {}, el("strong", {}, `Preuve ${piece.preuve}`), combien > 1 ? el("label", {}, " ", radio, " coller ici") : null),
      el("p", {}, piece.attendu),
      el("p", { class: "discret" }, "Formes acceptées : " + piece.genres.map(g => GENRES[g] || g).join(", ") + "."),
      piece.conseil ? el("p", { class: "alerte" }, piece.conseil) : null,
      el("label", { for: `fichier${rang}` }, "Choisir un fichier "), choix,
      piece.genres.includes("lien-plateforme-test") ? this.lien(piece, rang) : null,
      message, liste);
    boite.ondragover = e => { e.preventDefault(); boite.classList.add("survol"); };
    boite.ondragleave = () => boite.classList.remove("survol");
    boite.ondrop = async e => { e.preventDefault(); boite.classList.remove("survol"); for (const f of e.dataTransfer.files) await this.deposer(piece.preuve, f, f.name); };
    this.cadres.set(piece.preuve, { boite, liste, message });
    return boite;
  }

  lien(piece, rang) {
    const champ = el("input", { type: "text", id: `lien${rang}`, autocomplete: "off" });
    const bouton = el("button", { type: "button", class: "petit" }, "Ajouter ce lien");
    bouton.onclick = async () => {
      if (!champ.value.trim()) return;
      if (await this.deposer(piece.preuve, new Blob([champ.value.trim() + "\n"], { type: "text/plain" }), "lien.txt")) champ.value = "";
    };
    return el("p", {}, el("label", { for: `lien${rang}` }, "ou un lien, ou un identifiant d'essai "), champ, " ", bouton);
  }

  async deposer(preuve, fichier, nom) {
    const { message } = this.cadres.get(preuve);
    message.className = "discret";
    message.textContent = `${nom} : contrôle en cours…`;
    const adresse = "/depots?" + new URLSearchParams({ demande: this.numero, preuve, nom });
    const reponse = await this.envoyer(adresse, fichier);
    message.className = reponse.erreur ? "refus-piece" : "discret";
    message.textContent = reponse.erreur ? `${nom} refusé : ${reponse.erreur}` : "";
    return !reponse.erreur;
  }

  coller(evenement) {
    if (!this.choisie || !this.cadres.size || $("demande").hidden) return;
    const fichiers = [...(evenement.clipboardData?.files ?? [])];
    if (!fichiers.length) return;  // du texte : il va au champ qui a le curseur
    evenement.preventDefault();
    const heure = new Date().toLocaleTimeString("fr-FR").replaceAll(":", "-");
    for (const f of fichiers) this.deposer(this.choisie, f, f.name && f.name !== "image.png" ? f.name : `capture-${heure}.${(f.type.split("/")[1] || "bin")}`);
  }

  deposees(depots) {
    for (const { liste } of this.cadres.values()) liste.replaceChildren();
    for (const depot of depots) {
      const cadre = this.cadres.get(depot.preuve);
      if (!cadre) continue;
      const retirer = el("button", { type: "button", class: "petit", "aria-label": `Retirer ${depot.nom}` }, "Retirer");
      retirer.onclick = () => this.envoyer(`/depots/${depot.id}/retrait`, "{}");
      cadre.liste.append(el("li", {},
        depot.vignette ? el("img", { src: `/vignettes/${depot.id}`, alt: `Aperçu de ${depot.nom}` }) : null,
        el("span", {}, el("span", { class: "ok" }, "Acceptée"), ` : ${depot.nom}, ${depot.genre}, ${taille(depot.taille)}`,
          ...depot.avertissements.map(a => el("span", { class: "discret" }, el("br"), "Attention : " + a)),
          depot.a_verifier ? el("span", { class: "discret" }, el("br"), "À vérifier par un relecteur : " + depot.a_verifier) : null),
        retirer));
    }
  }
}

const taille = n => n < 2048 ? `${n} octets` : n < 2 ** 21 ? `${Math.round(n / 1024)} Ko` : `${(n / 2 ** 20).toFixed(1)} Mo`;
