// Les pièces : déposer, choisir, coller ; montrer ce que le contrôle en dit.
"use strict";
import { el } from "/pages/formulaire.js";

const $ = id => document.getElementById(id);
const GENRES = { video: "vidéo", capture: "capture d'écran", document: "document", attestation: "attestation", message: "message échangé", "trace/log": "extrait de trace", export: "fichier exporté", "fichier-CDA": "document CDA", "lien-plateforme-test": "lien ou identifiant d'une plateforme de test", autre: "autre pièce" };

const META = { numero: "Numéro", date: "Délivrée le", produit: "Produit", version: "Version", editeur: "Éditeur", expire_le: "Expire le" };

export class Pieces {
  constructor(envoyer) {
    this.envoyer = envoyer;
    this.cadres = new Map();
    document.addEventListener("paste", evenement => this.coller(evenement));
  }

  montrer(numero, pieces, connu) {
    this.connu = connu || {};
    this.numero = numero;
    this.cadres.clear();
    this.choisie = pieces[0]?.preuve;
    $("bloc-pieces").hidden = !pieces.length;
    $("pieces").replaceChildren(...pieces.map((piece, rang) => this.cadre(piece, rang, pieces.length)));
  }

  cadre(piece, rang, combien) {
    const liste = el("ul"), message = el("p", { role: "status" }), metas = new Map();
    const choix = el("input", { type: "file", multiple: true, id: `fichier${rang}`, name: `piece ${piece.preuve}` });
    choix.onchange = async () => { for (const fichier of choix.files) await this.deposer(piece.preuve, fichier, fichier.name); choix.value = ""; };
    const radio = el("input", { type: "radio", name: "collage", value: piece.preuve, checked: rang === 0 });
    radio.onchange = () => { this.choisie = piece.preuve; for (const [p, c] of this.cadres) c.boite.classList.toggle("choisie", p === piece.preuve); };
    const boite = el("div", { class: "piece" + (rang === 0 && combien > 1 ? " choisie" : ""), "data-preuve": piece.preuve },
      el("p", {}, el("strong", {}, `Preuve ${piece.preuve}`), combien > 1 ? el("label", {}, " ", radio, " coller ici") : null),
      el("p", {}, piece.attendu),
      el("p", { class: "discret" }, "Formes acceptées : " + piece.genres.map(g => GENRES[g] || g).join(", ") + "."),
      piece.conseil ? el("p", { class: "alerte" }, piece.conseil) : null,
      piece.genres.includes("attestation") ? this.attestation(rang, metas) : null,
      el("label", { for: `fichier${rang}` }, "Choisir un fichier "), choix,
      piece.genres.includes("lien-plateforme-test") ? this.lien(piece, rang) : null,
      message, liste);
    boite.ondragover = e => { e.preventDefault(); boite.classList.add("survol"); };
    boite.ondragleave = () => boite.classList.remove("survol");
    boite.ondrop = async e => { e.preventDefault(); boite.classList.remove("survol"); for (const f of e.dataTransfer.files) await this.deposer(piece.preuve, f, f.name); };
    this.cadres.set(piece.preuve, { boite, liste, message, metas });
    return boite;
  }

  lien(piece, rang) {
    const champ = el("input", { type: "text", id: `lien${rang}`, autocomplete: "off" });
    const bouton = el("button", { type: "button", class: "petit" }, "Ajouter ce lien");
    bouton.onclick = async () => {
      if (!champ.value.trim()) return;
      if (await this.deposer(piece.preuve, new Blob([champ.value.trim() + "\n"], { type: "text/plain" }), "lien.txt", "lien-plateforme-test")) champ.value = "";
    };
    champ.onkeydown = e => { if (e.key === "Enter" && !e.ctrlKey) { e.preventDefault(); bouton.click(); } };
    return el("div", {}, el("p", {}, el("label", { for: `lien${rang}` }, "Lien ou identifiant de l'essai officiel "), champ, " ", bouton),
      el("p", { class: "discret" }, "Rien d'autre ne le remplace ; la preuve restera à vérifier par un relecteur."));
  }

  attestation(rang, metas) {
    const champs = Object.entries(META).map(([nom, libelle]) => {
      const champ = el("input", { type: "text", id: `meta${rang}-${nom}`, "data-meta": nom, autocomplete: "off", "aria-describedby": `meta${rang}-${nom}-erreur` });
      const erreur = el("span", { class: "erreur-champ", id: `meta${rang}-${nom}-erreur`, role: "alert" });
      champ.value = this.connu[nom] || "";
      champ.oninput = () => { erreur.textContent = ""; champ.removeAttribute("aria-invalid"); };
      metas.set(nom, { champ, erreur });
      return el("div", { class: "champ" }, el("label", { for: champ.id }, libelle), champ, erreur);
    });
    return el("fieldset", {}, el("legend", {}, "Si le fichier est une attestation ou une homologation"),
      el("p", { class: "discret" }, "À remplir avant de déposer le fichier. Dates : 22/11/2026 ou 2026-11-22."), el("div", { class: "champs" }, ...champs));
  }

  metadonnees(metas) {
    const lues = {};
    let donnees = false;
    for (const [nom, { champ }] of metas) {
      const valeur = champ.value.trim();
      if (valeur !== (this.connu[nom] || "")) donnees = true;
      if (valeur) lues[nom] = valeur;
    }
    return donnees ? lues : null;
  }

  async deposer(preuve, fichier, nom, genre = "") {
    const { message, metas } = this.cadres.get(preuve);
    message.className = "discret";
    message.textContent = `${nom} : contrôle en cours…`;
    const lues = genre ? null : this.metadonnees(metas);
    const adresse = "/depots?" + new URLSearchParams({ demande: this.numero, preuve, nom, genre: lues ? "attestation" : genre, meta: lues ? JSON.stringify(lues) : "" });
    const reponse = await this.envoyer(adresse, fichier);
    message.className = reponse.erreur ? "refus-piece" : "discret";
    message.textContent = reponse.erreur ? `${nom} refusé : ${reponse.erreur}` : "";
    const fautif = metas.get(reponse.champ);
    if (fautif) { fautif.erreur.textContent = reponse.erreur; fautif.champ.setAttribute("aria-invalid", "true"); fautif.champ.focus(); }
    // Ces champs disent ce qu'est un fichier : le suivant n'en hérite pas.
    if (!reponse.erreur && lues) for (const [n, { champ, erreur }] of metas) { champ.value = this.connu[n] || ""; erreur.textContent = ""; champ.removeAttribute("aria-invalid"); }
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
          depot.expire_le ? `, expire le ${depot.expire_le.split("-").reverse().join("/")}` : null,
          ...depot.avertissements.map(a => el("span", { class: "discret" }, el("br"), "Attention : " + a)),
          depot.a_verifier ? el("span", { class: "discret" }, el("br"), "À vérifier par un relecteur : " + depot.a_verifier) : null),
        retirer));
    }
  }
}

const taille = n => n < 2048 ? `${n} octets` : n < 2 ** 21 ? `${Math.round(n / 1024)} Ko` : `${(n / 2 ** 20).toFixed(1)} Mo`;
