"""Ce qu'un compte rendu dit de plus que ses résultats : demandeur, destinataires, sous-traitance, germes, masquage."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass, field

from simulators.logiciel_temoin.erreurs import ParametreInvalide, Refus
from simulators.logiciel_temoin.parametres import Parametres

CONFIDENTIALITES = ("MASQUE_PS", "INVISIBLE_PATIENT", "INVISIBLE_REPRESENTANTS_LEGAUX")
"""Codes de masquage et de visibilité du DMP (TRE_A07)."""


@dataclass(frozen=True)
class Tiers:
    """Un professionnel, un service ou un laboratoire nommé sur le compte rendu."""

    nom: str
    prenom: str = ""
    rpps: str = ""
    adresse_mss: str = ""
    finess: str = ""
    adresse: str = ""
    code_postal: str = ""
    ville: str = ""
    telephone: str = ""


@dataclass(frozen=True)
class Antibiotique:
    """Une ligne d'antibiogramme ; `resultat` : S, I ou R ; `cmi` en mg/L."""

    libelle: str
    resultat: str
    code: str = ""
    cmi: str = ""


@dataclass(frozen=True)
class Germe:
    """Un germe isolé d'un prélèvement."""

    prelevement: str
    code: str
    libelle: str
    antibiogramme: tuple[Antibiotique, ...] = ()


@dataclass(frozen=True)
class Prescription:
    """Une ligne de prescription."""

    libelle: str
    posologie: str = ""
    duree: str = ""


@dataclass
class Complements:
    """Ce qui accompagne les résultats d'un compte rendu."""

    demandeur: Tiers | None = None
    destinataires: tuple[Tiers, ...] = ()
    sous_traitant: Tiers | None = None
    pdf_sous_traitant: bytes = b""
    germes: tuple[Germe, ...] = ()
    prescriptions: tuple[Prescription, ...] = ()
    confidentialite: tuple[str, ...] = ()
    connexion_secrete: bool = False
    destinataires_arretes: bool = False
    """Le rédacteur a vu et arrêté la liste : les correspondants du dossier ne s'y ajoutent plus d'eux-mêmes."""
    mentions: dict[str, str] = field(default_factory=dict)
    """Textes du moment de la validation : `rgpd`, `validation_automatique`, `accreditation`…"""


def lire(p: Parametres) -> Complements:
    """Les compléments d'une demande de validation."""
    return Complements(
        demandeur=_tiers(p.objet_ou_rien("demandeur")),
        destinataires=tuple(exiger(t) for t in p.liste_ou_vide("destinataires")),
        sous_traitant=_tiers(p.objet_ou_rien("sous_traitant")),
        pdf_sous_traitant=_pdf(p.texte_ou_rien("pdf_sous_traitant_base64")),
        germes=tuple(_germe(brut) for brut in p.liste_ou_vide("microbiologie")),
        prescriptions=tuple(_prescription(brut) for brut in p.liste_ou_vide("prescriptions")),
        confidentialite=confidentialite(p.liste_ou_vide("confidentialite")),
        connexion_secrete=p.booleen("connexion_secrete", False),
    )


def confidentialite(codes: list[object]) -> tuple[str, ...]:
    """Les codes choisis, sans doublon, dans l'ordre du jeu de valeurs ; un document invisible de tous se refuse."""
    if inconnus := [code for code in codes if code not in CONFIDENTIALITES]:
        raise ParametreInvalide(f"confidentialite : {', '.join(CONFIDENTIALITES)} attendus, reçu {inconnus}")
    if "MASQUE_PS" in codes and "INVISIBLE_PATIENT" in codes:
        raise Refus("Un document ne peut pas être à la fois masqué aux professionnels et invisible au patient.")
    return tuple(code for code in CONFIDENTIALITES if code in codes)


def exiger(brut: object) -> Tiers:
    """Un tiers nommé dans une demande ; sans nom, l'appel est mal formé."""
    if not isinstance(brut, dict) or not brut.get("nom"):
        raise ParametreInvalide("nom attendu pour chaque tiers du compte rendu")
    champs = Tiers.__dataclass_fields__
    return Tiers(**{champ: str(valeur) for champ, valeur in brut.items() if champ in champs and valeur})


def _prescription(brut: object) -> Prescription:
    if not isinstance(brut, dict) or not brut.get("libelle"):
        raise ParametreInvalide("libelle attendu pour chaque ligne de prescription")
    return Prescription(str(brut["libelle"]), str(brut.get("posologie") or ""), str(brut.get("duree") or ""))


def _tiers(brut: object) -> Tiers | None:
    return exiger(brut) if brut else None


def _pdf(texte: str | None) -> bytes:
    if not texte:
        return b""
    try:
        contenu = base64.b64decode(texte, validate=True)
    except (binascii.Error, ValueError) as erreur:
        raise ParametreInvalide("pdf_sous_traitant_base64 : base64 attendu") from erreur
    if not contenu.startswith(b"%PDF"):
        raise ParametreInvalide("pdf_sous_traitant_base64 : PDF attendu")
    return contenu


def _germe(brut: object) -> Germe:
    if not isinstance(brut, dict) or not isinstance(brut.get("germe"), dict):
        raise ParametreInvalide("microbiologie : prelevement, germe {code, libelle} et antibiogramme attendus")
    lignes = brut.get("antibiogramme") or []
    return Germe(
        str(brut.get("prelevement") or ""),
        str(brut["germe"].get("code") or ""),
        str(brut["germe"].get("libelle") or ""),
        tuple(
            Antibiotique(
                str(a.get("libelle") or ""),
                str(a.get("resultat") or ""),
                str(a.get("code") or ""),
                str(a.get("cmi") or ""),
            )
            for a in lignes
        ),
    )
