"""Règles sur ceux qu'un compte rendu nomme : ses destinataires, et le demandeur avec son adresse MSSanté."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from lxml import etree

from reports.constat import Confiance, Constat, Regle
from steps.flux.identite import comparable
from steps.verifications.cda.corps import decoder
from steps.verifications.cda.jugement import juger
from steps.verifications.cda.lecture import lire_cda, lire_document
from steps.verifications.cda.modele import OID_PS
from steps.verifications.cda.surete import CdaIllisible
from steps.verifications.pdf.flux import PdfIllisible
from steps.verifications.pdf.lecture import lire_pdf
from steps.verifications.pdf.positions import lettres
from steps.verifications.registre import verification
from steps.verifications.sources import REM_BIO

_DPI = "REM DPI, exigence DPI.DOC/va1.06 ; REM RIS, exigence RIS.DOC/va1.15 (travaux de concertation 2023)"
_CISIS = "ANS, structuration minimale, informationRecipient"
_NS = {"c": "urn:hl7-org:v3"}
_OU = "ClinicalDocument/informationRecipient"
_OU_DEMANDEUR = "ClinicalDocument/participant[@typeCode='REF']"

R_TOUS = Regle(
    "CR-DEST-01", "Le document nomme tous ses destinataires, services compris",
    f"{REM_BIO.format('SGL.DOC/va1.26')} ; {_DPI} ; {_CISIS}", Confiance.OFFICIELLE,
    "Écrivez un informationRecipient par correspondant et par service à qui le document est transmis.",
)  # fmt: skip
R_IDENTIFIES = Regle(
    "CR-DEST-02", "Un destinataire identifié l'est par son propre identifiant national", _CISIS, Confiance.DOCUMENTEE,
    "Écrivez sous 1.2.250.1.71.4.2.1 l'identifiant (8 puis RPPS) du destinataire nommé.",
)  # fmt: skip
R_EUX_SEULS = Regle(
    "CR-DEST-03", "Le document ne nomme pas les destinataires d'un autre patient",
    f"{REM_BIO.format('SGL.DOC/va1.26')} ; {_DPI} : ceux à qui ce document va être transmis", Confiance.OFFICIELLE,
    "Ne reprenez que les correspondants du dossier et les destinataires choisis pour ce document.",
)  # fmt: skip
R_MODIFIEE = Regle(
    "CR-DEST-04", "L'en-tête du document porte la liste de destinataires que le rédacteur a modifiée",
    f"REM DPI, exigence DPI.HOP/va1.05 (travaux de concertation 2023) ; {_CISIS}", Confiance.OFFICIELLE,
    "Écrivez un informationRecipient par destinataire de la liste modifiée, et pour eux seuls.",
)  # fmt: skip
R_DEMANDEUR = Regle(
    "CR-DEM-01", "Le compte rendu porte l'adresse MSSanté de celui qui a demandé les examens",
    f"{REM_BIO.format('SGL.DOC/va1.28')} ; REM RIS, exigence RIS.DOC/va1.17 ; ANS, volet CR-BIO (participant REF)",
    Confiance.OFFICIELLE,
    "Écrivez telecom « mailto:adresse » dans le participant REF du demandeur.",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Destinataire:
    """Une personne, ou un service (sans prénom ni RPPS)."""

    nom: str
    prenom: str = ""
    rpps: str = ""
    adresse_mss: str = ""

    @property
    def ecrit(self) -> str:
        """« CLAUDE DURAND (RPPS 999…) »."""
        return f"{self.prenom} {self.nom}".strip() + (f" (RPPS {self.rpps})" if self.rpps else "")


@dataclass(frozen=True, slots=True)
class _Nomme:
    """Ce qu'un élément de l'en-tête dit d'un destinataire."""

    ids: tuple[str, ...]
    noms: tuple[str, ...]
    prenoms: tuple[str, ...]

    def est(self, voulu: Destinataire) -> bool:
        """Même identifiant national, ou même nom (et même prénom, s'il est dit)."""
        if voulu.rpps and any(i.endswith(voulu.rpps) for i in self.ids):
            return True
        noms, prenoms = map(comparable, self.noms), [comparable(p) for p in self.prenoms]
        if comparable(voulu.nom) in noms:
            return not voulu.prenom or not prenoms or comparable(voulu.prenom) in prenoms
        entier = {lettres(f"{voulu.prenom}{voulu.nom}"), lettres(f"{voulu.nom}{voulu.prenom}")}
        return any(lettres(nom) in entier for nom in self.noms)


@verification(R_TOUS, R_IDENTIFIES)
def destinataires_nommes(cda: bytes, attendus: Sequence[Destinataire], quoi: str) -> list[Constat]:
    """Chaque destinataire est dans l'en-tête du CDA ; nommé seulement dans le récit, une personne regarde."""
    try:
        document = lire_document(cda)
    except CdaIllisible as erreur:
        return [R_TOUS.sans_objet(f"{quoi} ne se lit pas : {erreur}")]
    if not attendus:
        return [R_TOUS.sans_objet(f"aucun destinataire attendu pour {quoi}")]
    nommes = _nommes(document, "c:informationRecipient") + _nommes(document, "c:participant")
    recit = f"{_recit(document)} {texte_du_pdf(cda)}"
    absents = [d for d in attendus if not any(n.est(d) for n in nommes)]
    racontes = [d for d in absents if lettres(d.nom) in lettres(recit) and lettres(d.prenom) in lettres(recit)]
    perdus = [d for d in absents if d not in racontes]
    liste = " ; ".join(d.ecrit for d in attendus)
    vus = " ; ".join(" ".join((*n.prenoms, *n.noms)) for n in nommes) or "aucun"
    if perdus:
        message = f"{quoi} ne nomme pas {', '.join(d.ecrit for d in perdus)}"
        return [R_TOUS.enfreinte(message, attendu=liste, recu=vus[:400], ou=_OU)]
    if racontes:
        message = f"{quoi} ne nomme que dans son texte {', '.join(d.ecrit for d in racontes)} : dire si cela suffit"
        return [R_TOUS.a_regarder(message, recu=vus[:400], ou=_OU)]
    constats = [R_TOUS.respectee(recu=liste, ou=_OU)]
    faux = [f"{d.ecrit} : {', '.join(n.ids)}" for d in attendus for n in nommes if d.rpps and n.est(d) and _autre(n, d)]
    message = f"{quoi} identifie un destinataire par un numéro qui n'est pas le sien"
    recu = " ; ".join(faux) or "chaque identifiant écrit est celui de la personne nommée"
    return [*constats, juger(R_IDENTIFIES, not faux, message, attendu="8 puis le RPPS de chacun", recu=recu, ou=_OU)]


def _autre(nomme: _Nomme, voulu: Destinataire) -> bool:
    return bool(nomme.ids) and not any(i.endswith(voulu.rpps) for i in nomme.ids)


@verification(R_EUX_SEULS)
def eux_seuls(cda: bytes, etrangers: Sequence[Destinataire], attendus: Sequence[Destinataire], quoi: str) -> Constat:
    """Aucun destinataire d'un autre dossier n'est nommé ; cru seulement si l'un des attendus l'est."""
    try:
        nommes = _nommes(lire_document(cda), "c:informationRecipient")
    except CdaIllisible as erreur:
        return R_EUX_SEULS.sans_objet(f"{quoi} ne se lit pas : {erreur}")
    if not any(n.est(d) for n in nommes for d in attendus):
        return R_EUX_SEULS.a_regarder(f"{quoi} ne nomme aucun des siens : les autres sont à chercher à l'œil", ou=_OU)
    intrus = [d.ecrit for d in etrangers if d not in attendus and any(n.est(d) for n in nommes)]
    return juger(
        R_EUX_SEULS, not intrus, f"{quoi} nomme des destinataires d'un autre patient",
        attendu=" ; ".join(d.ecrit for d in attendus), recu=" ; ".join(intrus) or f"{len(nommes)} destinataire(s)",
        ou=_OU,
    )  # fmt: skip


@verification(R_MODIFIEE)
def liste_modifiee(cda: bytes, gardes: Sequence[Destinataire], retires: Sequence[Destinataire], quoi: str) -> Constat:
    """Ceux de la liste modifiée sont nommés dans l'en-tête, ceux qui en ont été retirés ne le sont plus."""
    try:
        nommes = _nommes(lire_document(cda), "c:informationRecipient")
    except CdaIllisible as erreur:
        return R_MODIFIEE.sans_objet(f"{quoi} ne se lit pas : {erreur}")
    if not gardes:
        return R_MODIFIEE.sans_objet(f"aucun destinataire dans la liste modifiée de {quoi}")
    manquants = [f"{d.ecrit} absent" for d in gardes if not any(n.est(d) for n in nommes)]
    restes = [f"{d.ecrit} encore nommé" for d in retires if any(n.est(d) for n in nommes)]
    return juger(
        R_MODIFIEE, not manquants and not restes, f"l'en-tête de {quoi} ne porte pas la liste modifiée",
        attendu=" ; ".join(d.ecrit for d in gardes), recu=" ; ".join((*manquants, *restes)) or f"{len(nommes)} nommés",
        ou=_OU,
    )  # fmt: skip


@verification(R_DEMANDEUR)
def adresse_du_demandeur(cda: bytes, demandeur: Destinataire, quoi: str) -> Constat:
    """L'adresse est dans le participant REF ; ailleurs dans le document, une personne regarde."""
    try:
        document = lire_document(cda)
    except CdaIllisible as erreur:
        return R_DEMANDEUR.sans_objet(f"{quoi} ne se lit pas : {erreur}")
    attendu, voulue = f"mailto:{demandeur.adresse_mss}", demandeur.adresse_mss.casefold()
    referents = document.findall("c:participant[@typeCode='REF']", _NS)
    adresses = [_adresse(t) for r in referents for t in r.iterfind(".//c:telecom", _NS)]
    if voulue in adresses:
        return R_DEMANDEUR.respectee(recu=attendu, ou=_OU_DEMANDEUR)
    partout = [_adresse(t) for t in document.iterfind(".//c:telecom", _NS)]
    if voulue in partout or voulue in _recit(document).casefold():
        message = f"{quoi} porte l'adresse MSSanté du demandeur ailleurs que dans son participant : dire si cela suffit"
        return R_DEMANDEUR.a_regarder(message, recu=", ".join(filter(None, adresses)) or "aucune", ou=_OU_DEMANDEUR)
    return R_DEMANDEUR.enfreinte(
        f"{quoi} ne porte pas l'adresse MSSanté du demandeur, {demandeur.ecrit}", attendu=attendu,
        recu=", ".join(filter(None, adresses)) or ("aucune adresse" if referents else "aucun demandeur"),
        ou=_OU_DEMANDEUR,
    )  # fmt: skip


def _recit(document: etree._Element) -> str:
    """Le texte que portent les sections."""
    return " ".join(str(t) for texte in document.iterfind(".//c:section/c:text", _NS) for t in texte.itertext())


def texte_du_pdf(cda: bytes) -> str:
    """Le texte du PDF qu'encapsule un N1 ; vide si le document n'en porte pas, ou s'il ne se lit pas."""
    try:
        entete = lire_cda(cda)
        octets = decoder(entete.contenu) if entete.contenu is not None else None
        return lire_pdf(octets).texte if octets else ""
    except (CdaIllisible, PdfIllisible):
        return ""


def _adresse(telecom: etree._Element) -> str:
    valeur = (telecom.get("value") or "").strip().casefold()
    return valeur.removeprefix("mailto:") if valeur.startswith("mailto:") else ""


def _nommes(document: etree._Element, chemin: str) -> list[_Nomme]:
    return [
        _Nomme(
            tuple(i.get("extension", "") for i in e.iterfind(".//c:id", _NS) if i.get("root") == OID_PS),
            _textes(e, ".//c:family") + _textes(e, ".//c:receivedOrganization/c:name")
            + _textes(e, ".//c:scopingOrganization/c:name"),
            _textes(e, ".//c:given"),
        )
        for e in document.iterfind(chemin, _NS)
    ]  # fmt: skip


def _textes(element: etree._Element, chemin: str) -> tuple[str, ...]:
    return tuple(t for e in element.iterfind(chemin, _NS) if (t := " ".join("".join(map(str, e.itertext())).split())))
