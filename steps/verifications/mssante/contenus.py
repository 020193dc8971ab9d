"""Ce que portent les pièces jointes d'un courriel : archives d'échange, CDA, PDF ; lu en mémoire, sous limites."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from reports.constat import Constat
from steps.flux.identite import comparable
from steps.jugements.marque import tenir
from steps.verifications.cda import CdaDemesure, CdaIllisible, EnTeteCda, lire_cda
from steps.verifications.cda.modele import OIDS_INS
from steps.verifications.mssante.courriel_lecture import Courriel
from steps.verifications.mssante.mime import Partie
from steps.verifications.xdm import ArchiveLue, lire_et_verifier
from steps.verifications.xdm.structure import METADONNEES, RACINE

ARCHIVES_MAX = 3
CDAS_MAX = 100
NOM_ARCHIVE = "IHE_XDM.zip"
_ZIP = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
_CDA = (b"ClinicalDocument", "ClinicalDocument".encode("utf-16-le"))


@dataclass(frozen=True)
class CdaJoint:
    """Un CDA : son nom (dans l'archive ou le courriel), ses octets, son en-tête, ou pourquoi il ne se lit pas."""

    nom: str
    octets: bytes
    entete: EnTeteCda | None
    erreur: str = ""
    demesure: bool = False

    @property
    def niveau(self) -> str:
        corps = self.entete.corps if self.entete is not None else ""
        return {"structuredBody": "N3", "nonXMLBody": "N1"}.get(corps, "")


@dataclass(frozen=True)
class ArchiveJointe:
    """Une pièce jointe zip. `constats` : ceux de l'enveloppe zip ; `echange` : c'est une archive d'échange XDM."""

    partie: Partie
    lue: ArchiveLue
    constats: tuple[Constat, ...]
    echange: bool
    cdas: tuple[CdaJoint, ...] = ()


@dataclass(frozen=True)
class Contenus:
    """Les pièces jointes, par nature. `cdas_nus` : CDA joints hors d'une archive. `autres` : le reste des pièces.

    `limite` : ce qui n'a pas été lu, vide si tout l'a été.
    """

    archives: tuple[ArchiveJointe, ...] = ()
    pdfs: tuple[Partie, ...] = ()
    cdas_nus: tuple[CdaJoint, ...] = ()
    messages: tuple[Partie, ...] = ()
    autres: tuple[Partie, ...] = ()
    limite: str = ""

    @cached_property
    def echanges(self) -> tuple[ArchiveJointe, ...]:
        """Les archives d'échange de documents de santé (IHE XDM)."""
        return tuple(archive for archive in self.archives if archive.echange)

    @cached_property
    def cdas(self) -> tuple[CdaJoint, ...]:
        """Les CDA des archives d'échange, lisibles ou non."""
        return tuple(cda for archive in self.echanges for cda in archive.cdas)

    @cached_property
    def entetes(self) -> tuple[EnTeteCda, ...]:
        """Les en-têtes des CDA lisibles des archives d'échange."""
        return tuple(cda.entete for cda in self.cdas if cda.entete is not None)

    @property
    def incertitude(self) -> str:
        """Pourquoi ce que disent les archives ne peut pas être cru entier ; vide si tout est lu."""
        if self.limite:
            return self.limite
        for archive in self.echanges:
            if not archive.lue.complete:
                return "l'archive jointe n'a pas pu être lue entière"
        abime = next((cda for cda in self.cdas if cda.entete is None), None)
        return f"le CDA {abime.nom} ne se lit pas : {abime.erreur}" if abime is not None else ""


def lire_contenus(courriel: Courriel) -> Contenus:
    """Lit les pièces jointes d'un courriel ; ne lève jamais."""
    archives: list[ArchiveJointe] = []
    pdfs: list[Partie] = []
    nus: list[CdaJoint] = []
    messages: list[Partie] = []
    autres: list[Partie] = []
    limite = ""
    for partie in courriel.pieces:
        if partie.type in ("message/rfc822", "message/global"):
            messages.append(partie)
        elif est_zip(partie):
            if len(archives) < ARCHIVES_MAX:
                archives.append(lire_archive(partie))
            else:
                limite = f"plus de {ARCHIVES_MAX} archives jointes : les suivantes ne sont pas lues"
        elif est_pdf(partie):
            pdfs.append(partie)
        elif est_cda(partie.contenu) and len(nus) < CDAS_MAX:
            nus.append(lire_cda_joint(partie.nom_de_fichier or partie.chemin, partie.contenu))
        else:
            autres.append(partie)
    return Contenus(tuple(archives), tuple(pdfs), tuple(nus), tuple(messages), tuple(autres), limite)


def est_zip(partie: Partie) -> bool:
    """Vrai si la pièce est une archive zip, ou le prétend par son nom ou son type."""
    if partie.contenu.startswith(_ZIP):
        return True
    return partie.nom_de_fichier.lower().endswith(".zip") or partie.type == "application/zip"


def est_pdf(partie: Partie) -> bool:
    """Vrai si la pièce est un PDF, ou le prétend par son nom ou son type."""
    if b"%PDF-" in partie.contenu[:1024]:
        return True
    return partie.nom_de_fichier.lower().endswith(".pdf") or partie.type == "application/pdf"


def est_cda(octets: bytes) -> bool:
    """Vrai si ces octets sont de l'XML qui nomme ClinicalDocument, en UTF-8 ou en UTF-16."""
    debut = octets[:64].lstrip(b"\xef\xbb\xbf\xfe\xff\xff\xfe").replace(b"\0", b"").lstrip(b" \t\r\n")
    return debut.startswith(b"<") and any(marque in octets for marque in _CDA)


def lire_archive(partie: Partie) -> ArchiveJointe:
    """L'archive d'une pièce et ses CDA."""
    # Lire n'est pas juger : les constats de l'enveloppe ne comptent que si une règle les reprend.
    with tenir(None):
        lue, constats = lire_et_verifier(partie.contenu)
    nomme = partie.nom_de_fichier.casefold() == NOM_ARCHIVE.casefold()
    noms = [nom.upper() for nom in (*lue.fichiers, *lue.fermes)]
    echange = nomme or any(nom.startswith(f"{RACINE}/") or nom.rpartition("/")[2] == METADONNEES for nom in noms)
    cdas = [
        lire_cda_joint(nom, octets)
        for nom, octets in lue.fichiers.items()
        if nom.rpartition("/")[2].upper() != METADONNEES and est_cda(octets)
    ]
    return ArchiveJointe(partie, lue, tuple(constats), echange, tuple(cdas[:CDAS_MAX]))


def lire_cda_joint(nom: str, octets: bytes) -> CdaJoint:
    """Un CDA et son en-tête."""
    try:
        return CdaJoint(nom, octets, lire_cda(octets))
    except CdaDemesure as erreur:
        return CdaJoint(nom, octets, None, str(erreur), demesure=True)
    except CdaIllisible as erreur:
        return CdaJoint(nom, octets, None, str(erreur))


def _portant(parties: tuple[tuple[str, str], ...], qualificatif: str) -> str:
    """Première partie du nom portant ce qualificatif, seul ou parmi d'autres (`BR CL`)."""
    return next((valeur for qualifie, valeur in parties if qualificatif in qualifie.split()), "")


def nom_de_naissance(cda: EnTeteCda) -> str:
    """Nom de naissance (qualificatif BR) ; à défaut le seul nom écrit sans qualificatif."""
    return _portant(cda.patient.noms, "BR") or cda.patient.nom("")


def premier_prenom(cda: EnTeteCda) -> str:
    """Premier prénom de naissance (qualificatif BR) ; à défaut le premier prénom sans qualificatif."""
    return _portant(cda.patient.prenoms, "BR") or cda.patient.prenom("")


def traits_absents(cda: EnTeteCda) -> list[str]:
    """Ce qui manque à l'en-tête pour une INS qualifiée : matricule, OID, quatre traits (texte de MSS/CONF.14)."""
    patient = cda.patient
    ins = next((ident for ident in patient.ids if ident.racine in OIDS_INS and ident.extension), None)
    presents = {
        "matricule sous un OID de l'INS": ins is not None,
        "nom de naissance": bool(comparable(_portant(patient.noms, "BR"))),
        "premier prénom": bool(comparable(_portant(patient.prenoms, "BR"))),
        "date de naissance": bool(patient.naissance),
        "sexe": patient.sexe is not None and bool(patient.sexe.code),
    }
    return [nom for nom, present in presents.items() if not present]


def matricule(cda: EnTeteCda) -> str:
    """Matricule INS du patient ; vide s'il n'en a pas."""
    return next((ident.extension for ident in cda.patient.ids if ident.racine in OIDS_INS), "")
