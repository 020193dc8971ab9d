"""L'essai guidé au terminal : ce qu'il faut faire, ce que le banc guette et voit, et la réponse, en français."""

from __future__ import annotations

import re
import sqlite3
import sys
import tempfile
import threading
import unicodedata
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TextIO

from reports.pieces.modele import PieceExaminee, PieceRefusee
from reports.texte import deroule_en_texte
from requirements.modele import TypePiece
from simulators.socle.journal import JournalArrete, JournalEchanges
from steps.operateur import vue
from steps.operateur.consigne import AVEC_RAISON, ISSUES, Consigne, Genre, Issue, PieceDemandee, PieceDeposee, Reponse
from steps.operateur.depots import Examinateur
from steps.operateur.guichet import EtatGuichet, Guichet, ReponseRefusee
from steps.operateur.guidage_saisie import Saisie, SaisieAnnulee, demander_metadonnees
from steps.operateur.tableau import Tableau
from steps.operateur.valeurs import AUCUN

AIDE = (
    "Répondez par un mot (fait, refusé, échec, absent, sans objet, impossible ; conforme, non conforme) ou son numéro.",
    "pièce    joindre un fichier à une preuve        pièces   voir ce qui est joint",
    "revoir   relire la demande                      temps    temps restant",
    "pause    arrêter le décompte, le banc attend    ?        cette aide",
)
_MOTS = {
    "refuse": Issue.REFUSE,
    "absent": Issue.NON_GERE,
    "non gere": Issue.NON_GERE,
    "nc": Issue.NON_CONFORME,
    "so": Issue.SANS_OBJET,
}
_BATTEMENT_S = 0.5
FERMEE = (
    "l'entrée du terminal est fermée : personne ne peut répondre ; attendu un terminal, --operateur=console, ou "
    "--rejouer=reponses.jsonl en intégration continue"
)


class EntreeFermee(Exception):
    """Plus rien ne peut être lu : aucune personne n'est là."""


class Terminal:
    """Une vue du guichet. `entree`, `sortie` : les flux d'un terminal ; `examinateur` : dit si une pièce convient.

    `demarrer` rend la main aussitôt ; la vue vit dans son fil jusqu'à la fermeture du guichet.
    """

    def __init__(
        self,
        guichet: Guichet,
        tableau: Tableau,
        journal: JournalEchanges,
        examinateur: Examinateur | None = None,
        *,
        nom: str = "",
        entree: TextIO | None = None,
        sortie: TextIO | None = None,
    ) -> None:
        self._guichet = guichet
        self._tableau = tableau
        self._journal = journal
        self._examinateur = examinateur
        self._nom = nom
        self._entree = entree if entree is not None else sys.stdin
        self._sortie = sortie if sortie is not None else sys.stdout
        self._ecriture = threading.Lock()
        self._pieces: list[PieceDeposee] = []
        self._vus = journal.position()
        self._fini = threading.Event()
        self._fichiers: tempfile.TemporaryDirectory[str] | None = None

    def demarrer(self) -> None:
        """Lance la vue et la ligne des échanges, chacune dans son fil."""
        for nom, travail in (("terminal", self.servir), ("terminal-echanges", self._suivre_echanges)):
            threading.Thread(target=travail, name=nom, daemon=True).start()

    def fermer(self) -> None:
        """Efface les fichiers prêtés ; le fil s'arrête à la fermeture du guichet."""
        self._fini.set()
        if self._fichiers is not None:
            self._fichiers.cleanup()
            self._fichiers = None

    def servir(self) -> None:
        """Sert le guichet jusqu'à sa fermeture ; une entrée fermée rend l'opérateur absent."""
        try:
            self._commencer()
            numero = 0
            version = -1
            while not (etat := self._guichet.etat()).ferme:
                if etat.consigne is None or etat.numero == numero:
                    version = self._guichet.attendre(max(version, etat.version), _BATTEMENT_S)
                    continue
                self._pieces = []
                self._servir_demande(etat)
                numero = etat.numero
        except (EntreeFermee, OSError, ValueError) as erreur:
            motif = FERMEE if isinstance(erreur, EntreeFermee) else f"le terminal ne répond plus ({erreur})"
            self._guichet.absenter(motif)
            self._tableau.commencer(self._nom)

    # -- départ ------------------------------------------------------------------------------------------------

    def _commencer(self) -> None:
        annonce = self._tableau.annonce
        self._dire("", f"Essai guidé — {annonce.titre}", f"Logiciel : {annonce.logiciel}")
        if annonce.demonstration:
            self._dire("DÉMONSTRATION, non recevable")
        self._dire(
            f"{annonce.phrase}.", *([annonce.detail] if annonce.detail else []), "? à tout moment pour l'aide.", ""
        )
        while not self._nom:
            self._nom = self._lire("Votre nom (chaque réponse le portera) : ").strip()
        self._lire("Entrée pour commencer : ")
        self._tableau.commencer(self._nom)
        self._dire("Au banc de jouer.")

    # -- une demande -------------------------------------------------------------------------------------------

    def _servir_demande(self, etat: EtatGuichet) -> None:
        consigne = etat.consigne
        assert consigne is not None
        self._montrer(etat)
        while True:
            reponse = self._composer(consigne)
            if reponse is None:
                continue
            try:
                self._guichet.repondre(etat.numero, reponse)
            except ReponseRefusee as erreur:
                self._dire(f"  {erreur}")
                if self._guichet.etat().numero == etat.numero and self._guichet.etat().consigne is not None:
                    continue
                return
            self._dire("Noté. Au banc de jouer.", "")
            return

    def _composer(self, consigne: Consigne) -> Reponse | None:
        """La réponse, ou None quand la personne a fait autre chose (aide, pièce, pause…)."""
        brut = self._lire("> ").strip()
        mot = simplifier(brut)
        if not mot:
            return None
        if self._commander(mot, consigne):
            return None
        issue = issue_de(mot, consigne.genre)
        if issue is None:
            self._dire(f"  « {brut} » ? Attendu : {', '.join(_mots(consigne.genre))} ; ? pour l'aide.")
            return None
        try:
            return self._repondre(consigne, issue)
        except SaisieAnnulee:
            self._dire("  Annulé : la demande tient toujours.")
            return None

    def _repondre(self, consigne: Consigne, issue: Issue) -> Reponse:
        raison = ""
        while issue in AVEC_RAISON and not raison:
            raison = self._lire("Raison (un relecteur la lira ; « annuler » pour revenir) : ").strip()
            if raison == "annuler":
                raise SaisieAnnulee
        donnees = {}
        messages: tuple[str, ...] = ()
        if consigne.genre is Genre.ACTION and issue not in AVEC_RAISON:
            if issue is Issue.FAIT:
                donnees = Saisie(self._lire, self._dire, vue.connues(consigne.parametres)).relever(consigne.schema)
            messages = self._messages()
        return Reponse(
            issue, messages=messages, donnees=donnees, raison=raison, pieces=tuple(self._pieces), par=self._nom
        )

    def _messages(self) -> tuple[str, ...]:
        lignes = []
        invite = "Message affiché par le logiciel (Entrée s'il n'y en a pas) : "
        while ligne := self._lire(invite).strip():
            lignes.append(ligne)
            invite = "Autre message (Entrée pour finir) : "
        return tuple(lignes)

    # -- commandes ---------------------------------------------------------------------------------------------

    def _commander(self, mot: str, consigne: Consigne) -> bool:
        """Vrai si c'était une commande, et non une réponse."""
        commandes: dict[str, Callable[[], object]] = {
            "?": lambda: self._dire(*(f"  {ligne}" for ligne in AIDE)),
            "aide": lambda: self._dire(*(f"  {ligne}" for ligne in AIDE)),
            "piece": lambda: self._joindre(consigne.pieces),
            "pieces": self._montrer_jointes,
            "revoir": lambda: self._montrer(self._guichet.etat()),
            "temps": lambda: self._dire(f"  {reste(self._guichet.etat())}"),
            "pause": self._faire_une_pause,
        }
        if mot not in commandes:
            return False
        commandes[mot]()
        return True

    def _faire_une_pause(self) -> None:
        self._guichet.mettre_en_pause()
        self._lire("En pause : le temps ne court plus. Entrée pour reprendre : ")
        self._guichet.reprendre()
        self._dire(f"  {reste(self._guichet.etat())}")

    def _joindre(self, demandees: Sequence[PieceDemandee]) -> None:
        if not demandees:
            self._dire("  Aucune pièce n'est demandée ici.")
            return
        demandee = demandees[0]
        if len(demandees) > 1:
            brut = self._lire(f"Pour quelle preuve (1 à {len(demandees)}) : ").strip()
            if not brut.isdecimal() or not 1 <= int(brut) <= len(demandees):
                self._dire(f"  Attendu un numéro de 1 à {len(demandees)}, reçu {brut!r}.")
                return
            demandee = demandees[int(brut) - 1]
        if TypePiece.LIEN_PLATEFORME.value in demandee.genres:
            self._dire("  Rien d'autre ne remplace l'essai officiel ; la preuve restera à vérifier par un relecteur.")
            lien = self._lire("Lien ou identifiant de l'essai officiel (Entrée : joindre un fichier) : ").strip()
            if lien:
                self._admettre(demandee.preuve, self._ecrire_lien(lien), TypePiece.LIEN_PLATEFORME.value, None)
                return
        chemin = Path(self._lire("Chemin du fichier : ").strip().strip("\"'")).expanduser()
        if not chemin.is_file():
            self._dire(
                f"  {chemin} n'est pas un fichier : attendu le chemin d'une capture, d'une vidéo, d'un document…"
            )
            return
        genre, meta = "", None
        attestation = TypePiece.ATTESTATION.value
        if attestation in demandee.genres and self._lire(
            "Est-ce une attestation ou une homologation ? [o/N] "
        ).strip().lower() in ("o", "oui"):
            annonce = self._tableau.annonce
            connues = {"produit": annonce.produit, "version": annonce.version, "editeur": annonce.editeur}
            genre, meta = attestation, demander_metadonnees(self._lire, connues)
        self._admettre(demandee.preuve, chemin, genre, meta)

    def _ecrire_lien(self, lien: str) -> Path:
        return self._ecrire_fichier("lien.txt", f"{lien}\n".encode())

    def _admettre(self, preuve: str, chemin: Path, genre: str, meta: dict[str, str] | None) -> None:
        """Fait examiner la pièce et la garde pour la réponse, ou dit pourquoi elle est refusée."""
        examen = (
            self._examinateur.examiner(preuve, chemin, chemin.name, genre=genre, meta=meta)
            if self._examinateur
            else None
        )
        if isinstance(examen, PieceRefusee):
            self._dire(f"  Refusé : {examen.message}")
            return
        self._pieces.append(PieceDeposee(preuve, chemin.name, chemin, genre, meta))
        if isinstance(examen, PieceExaminee):
            self._dire(*(f"  Attention : {texte}" for texte in (*examen.avertissements, examen.a_verifier) if texte))
        self._dire(f"  Joint à {preuve} ; la pièce part avec votre réponse.")

    def _montrer_jointes(self) -> None:
        self._dire(*([f"  {p.preuve} : {p.nom}" for p in self._pieces] or ["  Rien n'est encore joint."]))

    # -- écran -------------------------------------------------------------------------------------------------

    def _montrer(self, etat: EtatGuichet) -> None:
        consigne = etat.consigne
        if consigne is None:
            return
        lignes = ["", f"=== À vous — {consigne.scenario} · {consigne.titre} (demande n° {etat.numero})"]
        if consigne.rappel:
            lignes.append(f"À corriger : {consigne.rappel}")
        if consigne.utilisateur:
            lignes.append(f"Compte : {consigne.utilisateur}" + (f" ({consigne.role})" if consigne.role else ""))
        lignes += ["Que faire :", *(f"  {ligne}" for ligne in consigne.quoi_faire.splitlines())]
        lignes += self._valeurs(consigne)
        lignes += deroule_en_texte(consigne.deroule)
        for constat in consigne.constats:
            lignes += ["À regarder :", *(f"  {ligne}" for ligne in constat.en_texte().splitlines())]
        if consigne.pieces:
            lignes.append("Pièces à apporter (« pièce » pour joindre) :")
        for rang, piece in enumerate(consigne.pieces, 1):
            formes = " ou ".join(TypePiece(genre).libelle for genre in piece.genres)
            lignes.append(f"  {rang}) {piece.preuve} : {piece.attendu} — {formes}")
            lignes += [f"     {ligne}" for ligne in piece.conseil.splitlines()]
        if consigne.attente:
            lignes.append(consigne.attente)
        lignes += [reste(etat), "Réponses : " + "  ".join(_mots(consigne.genre, numeros=True)) + "  (? pour l'aide)"]
        self._dire(*lignes)

    def _valeurs(self, consigne: Consigne) -> list[str]:
        if not consigne.valeurs:
            return []
        largeur = min(max(len(valeur.libelle) for valeur in consigne.valeurs), 40)
        lignes = ["Valeurs :"]
        for valeur in consigne.valeurs:
            texte = valeur.texte
            if vue.est_fichier(valeur.chemin, texte) and texte != AUCUN:
                texte = f"fichier {self._preter(valeur.chemin, texte)}"
            lignes.append(f"  {valeur.libelle.ljust(largeur)} : {texte}")
        return lignes

    def _preter(self, chemin: str, texte: str) -> Path:
        """Un document à donner au logiciel, écrit dans un dossier temporaire effacé à la fin."""
        return self._ecrire_fichier(*vue.en_fichier(chemin, texte))

    def _ecrire_fichier(self, nom: str, octets: bytes) -> Path:
        if self._fichiers is None:
            self._fichiers = tempfile.TemporaryDirectory(prefix="banc-sons-a-saisir-")
        cible = Path(self._fichiers.name) / f"{len(list(Path(self._fichiers.name).iterdir())) + 1:03}-{nom}"
        cible.write_bytes(octets)
        return cible

    def _suivre_echanges(self) -> None:
        """Dit chaque échange, ou connexion refusée, dès que le banc l'a vu."""
        while not self._fini.is_set() and not self._guichet.etat().ferme:
            try:
                vu = self._journal.attendre_enregistrement(
                    lambda e: e.type in ("echange", "poignee_refusee"), depuis=self._vus, delai=_BATTEMENT_S
                )
            except (JournalArrete, sqlite3.Error):
                return  # le journal s'est fermé sous nos yeux : la campagne finit
            if vu is not None:
                self._vus = vu.numero
                echange = vue.echange(vu)
                signe = "✗" if echange["refus"] else "·"
                self._dire(
                    f"  {signe} {echange['service_libelle']} : {echange['operation']} {echange['statut']}".rstrip()
                )

    # -- flux --------------------------------------------------------------------------------------------------

    def _dire(self, *lignes: str) -> None:
        with self._ecriture:
            for ligne in lignes:
                self._sortie.write(affichable(ligne, self._sortie) + "\n")
            self._sortie.flush()

    def _lire(self, invite: str) -> str:
        with self._ecriture:
            self._sortie.write(affichable(invite, self._sortie))
            self._sortie.flush()
        ligne = self._entree.readline()
        if not ligne:
            raise EntreeFermee
        return ligne.rstrip("\r\n")


def reste(etat: EtatGuichet) -> str:
    """« Temps restant : 4 min 30 s », ou que rien ne presse."""
    if etat.en_pause:
        return "En pause."
    if etat.reste_s is None:
        return "Temps : autant qu'il vous faut."
    secondes = max(0, round(etat.reste_s))
    return f"Temps restant : {secondes // 60} min {secondes % 60:02} s"


def simplifier(texte: str) -> str:
    """Minuscules, sans accent ni apostrophe : « C'est Refusé » → « cest refuse »."""
    sans = unicodedata.normalize("NFKD", texte.strip().lower()).encode("ascii", "ignore").decode()
    return re.sub(r"\s+", " ", sans.replace("'", "").replace("_", " "))


def issue_de(mot: str, genre: Genre) -> Issue | None:
    """L'issue que ce mot, ou ce numéro, désigne parmi celles que la demande admet."""
    admises = ISSUES[genre]
    if mot.isdecimal():
        return admises[int(mot) - 1] if 1 <= int(mot) <= len(admises) else None
    trouvee = next((i for i in admises if mot in (simplifier(i.value), simplifier(i.libelle))), _MOTS.get(mot))
    return trouvee if trouvee in admises else None


def _mots(genre: Genre, *, numeros: bool = False) -> list[str]:
    mots = {Issue.REFUSE: "refusé", Issue.ECHEC: "échec", Issue.NON_GERE: "absent"}
    noms = [mots.get(issue, issue.value.replace("_", " ")) for issue in ISSUES[genre]]
    return [f"{rang}) {nom}" for rang, nom in enumerate(noms, 1)] if numeros else noms


def affichable(texte: str, sortie: TextIO) -> str:
    """Le texte que ce flux sait écrire, sans caractère de contrôle venu d'ailleurs."""
    propre = "".join(c if c.isprintable() or c == "\t" else " " for c in texte)
    encodage = sortie.encoding or "utf-8"
    return propre.encode(encodage, "replace").decode(encodage)
