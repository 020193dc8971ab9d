"""Un courriel MSSanté (`.eml`) : le message, puis tout ce qu'il porte, archive, CDA, PDF, messages inclus."""

from __future__ import annotations

from dataclasses import replace

from steps.controle.examens.gardes import au_dela, sans_numero
from steps.controle.examens.inclus import examiner_document, nommer
from steps.controle.examens.pdf import examiner_pdf
from steps.controle.examens.xdm import examiner_xdm
from steps.controle.modele import ContexteControle, Examen, TypeFichier
from steps.flux.identite import IdentiteUsager
from steps.verifications.datamatrix import identite_du_cda
from steps.verifications.mssante.avis_lecture import Nature, lire_avis
from steps.verifications.mssante.contexte import ContexteCourriel
from steps.verifications.mssante.courriel_lecture import Courriel
from steps.verifications.mssante.mime import Partie
from steps.verifications.mssante.pieces import PDFS_MAX
from steps.verifications.mssante.verification import juger_courriel

MESSAGES_INCLUS_MAX = 10
PROFONDEUR_MAX = 3
_JOUE = "joué : forme du message, en-têtes, expéditeur, X-MSS, corps, objet, pièces jointes, concordance avec les CDA"
_USAGER = (
    "joué : forme du message et en-têtes ; il vient d'une boîte d'usager, rien de ce que doit un logiciel n'y est jugé"
)
_AVIS = {
    Nature.MDN: "accusé (MDN)", Nature.DSN: "avis de distribution (DSN)", Nature.KO: "échec d'intégration",
    Nature.MES: "avis de Mon espace santé",
}  # fmt: skip
_ENVELOPPE = "non joué : enveloppe SMTP, connexion, unicité du Message-ID (un fichier ne les porte pas)"


def examiner_courriel(octets: bytes, contexte: ContexteControle, *, profondeur: int = 0) -> Examen:
    """Examine un courriel et ses pièces. `profondeur` : celle d'un message inclus dans un autre."""
    jugement = juger_courriel(octets, ContexteCourriel(nil=contexte.nil), documents=False)
    courriel, constats = jugement.courriel, sans_numero(jugement.constats)
    if jugement.nature == "illisible":
        return Examen(TypeFichier.COURRIEL, constats, ("lecture seulement : rien d'autre n'est jugé",))
    perimetre = [_joue(courriel, jugement.nature), _ENVELOPPE]
    if jugement.nature == "envoi" and not contexte.nil:
        perimetre.append("non joué : X-MSS-NIL n'est pas comparé à la référence du produit (--nil n'est pas donné)")
    perimetre += [f"non joué, faute de contexte : {raison}" for raison in jugement.non_joues]
    sans_nom = replace(contexte, nom="")
    inclus, ignores = _pieces(courriel, sans_nom) if jugement.nature != "avis" else ([], [])
    messages, tus = _messages(courriel, sans_nom, profondeur)
    noms = nommer(nom for nom, _ in [*inclus, *messages])
    examens = [examen for _, examen in [*inclus, *messages]]
    return Examen(
        TypeFichier.COURRIEL, constats, tuple(dict.fromkeys([*perimetre, *ignores, *tus])),
        tuple(zip(noms, examens, strict=True)),
    )  # fmt: skip


def _joue(courriel: Courriel, nature: str) -> str:
    avis = lire_avis(courriel) if nature == "avis" else None
    if avis is not None:
        return f"joué : forme du message, en-têtes, {_AVIS[avis.nature]}"
    return _JOUE if nature == "envoi" else _USAGER


def _pieces(courriel: Courriel, contexte: ContexteControle) -> tuple[list[tuple[str, Examen]], list[str]]:
    """Archives, PDF, CDA joints hors archive ; une phrase pour chaque pièce qui n'est rien de cela."""
    contenus = courriel.contenus
    examens: list[tuple[str, Examen]] = []
    ignores: list[str] = []
    for archive in contenus.archives:
        if archive.echange:
            examens.append((_nom(archive.partie), examiner_xdm(archive.partie.contenu, contexte)))
        else:
            ignores.append(f"non joué : contenu de {_nom(archive.partie)} (archive zip ordinaire)")
    identite = _identite(courriel)
    exigence = "exige" if contenus.cdas else "a_regarder"
    for rang, partie in enumerate(contenus.pdfs):
        if rang < PDFS_MAX:
            examen = examiner_pdf(partie.contenu, contexte, identite=identite, pdfa=exigence)
        else:
            examen = au_dela(TypeFichier.PDF, f"plus de {PDFS_MAX} PDF joints")
        examens.append((_nom(partie), examen))
    examens += [(cda.nom, examiner_document(cda.octets, contexte)) for cda in contenus.cdas_nus]
    ignores += [f"non joué : contenu de {_nom(p)} ({p.type})" for p in contenus.autres]
    if contenus.limite:
        ignores.append(f"non joué : {contenus.limite}")
    return examens, ignores


def _identite(courriel: Courriel) -> IdentiteUsager | None:
    """L'identité INS d'un CDA du courriel : il ne concerne qu'un usager."""
    identites = (identite_du_cda(entete) for entete in courriel.contenus.entetes)
    return next((identite for identite in identites if identite is not None), None)


def _messages(
    courriel: Courriel, contexte: ContexteControle, profondeur: int
) -> tuple[list[tuple[str, Examen]], list[str]]:
    """Les messages inclus, jugés comme ceux d'un autre produit : leur référence produit n'est pas connue."""
    enfants = [p.enfants[0] for p in courriel.feuilles if p.enfants]
    if enfants and profondeur >= PROFONDEUR_MAX:
        return [], [f"non joué : messages inclus au-delà de {PROFONDEUR_MAX} niveaux"]
    autre = replace(contexte, nil="")
    examens = [
        (f"message-{rang}", examiner_courriel(courriel.octets[p.origine : p.fin], autre, profondeur=profondeur + 1))
        for rang, p in enumerate(enfants[:MESSAGES_INCLUS_MAX], start=1)
    ]
    reste = len(enfants) - MESSAGES_INCLUS_MAX
    return examens, [f"non joué : {reste} autre(s) message(s) inclus"] if reste > 0 else []


def _nom(partie: Partie) -> str:
    return partie.nom_de_fichier or f"partie-{partie.chemin}"
