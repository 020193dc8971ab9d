"""Les objets d'un PDF ouvert par qpdf (pikepdf), sans réparation : chiffrement, pages, tout ce qui est atteignable."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pikepdf

from steps.verifications.pdf.flux import PdfDemesure, PdfIllisible, verifier_flux

OBJETS_MAX = 200_000
VISITES_MAX = 500_000
PROFONDEUR_MAX = 200
_FICHIER = re.compile(r"^(?:WARNING: )?(?:stream <[^>]*>|input source|memory buffer)(?: \([^)]*\))?:? ?")


class PdfAbime(PdfIllisible):
    """qpdf n'ouvre ce fichier qu'en le réparant, ou pas du tout ; le message dit ce qu'il lui reproche."""


class PdfProtege(PdfIllisible):
    """Le fichier est chiffré et demande un mot de passe."""


@contextmanager
def ouvrir(octets: bytes) -> Iterator[pikepdf.Pdf]:
    """Ouvre un PDF sans le réparer ; lève `PdfAbime`, `PdfProtege` ou `PdfDemesure`.

    Un PDF chiffré sans mot de passe d'ouverture s'ouvre : voir `Pdf.is_encrypted`.
    """
    verifier_flux(octets)
    try:
        pdf = pikepdf.open(io.BytesIO(octets), attempt_recovery=False, suppress_warnings=True)
    except pikepdf.PasswordError as erreur:
        raise PdfProtege("le PDF est chiffré et demande un mot de passe") from erreur
    except (pikepdf.PdfError, ValueError, OverflowError, RuntimeError) as erreur:
        raise PdfAbime(message_de_qpdf(erreur)) from erreur
    try:
        if len(pdf.objects) > OBJETS_MAX:
            raise PdfDemesure(f"plus de {OBJETS_MAX} objets")
        yield pdf
    finally:
        pdf.close()


def message_de_qpdf(erreur: object) -> str:
    """Ce que dit qpdf, sans le nom qu'il donne au fichier."""
    texte = affichable(_FICHIER.sub("", " ".join(str(erreur).split())))
    return texte[:300] or type(erreur).__name__


def avertissements(pdf: pikepdf.Pdf) -> list[str]:
    """Ce que qpdf a dû tolérer jusqu'ici."""
    return [message_de_qpdf(texte) for texte in pdf.get_warnings()]


@dataclass(frozen=True, slots=True)
class Objet:
    """Un objet rencontré. `numero` : celui de l'objet indirect qui le porte ; `cle` : clé ou rang chez son parent."""

    valeur: pikepdf.Object
    numero: int
    cle: str


def parcourir(pdf: pikepdf.Pdf) -> Iterator[Objet]:
    """Tout objet du fichier, une fois, racines indirectes dans l'ordre de leur numéro ; lève `PdfDemesure`."""
    visites = 0
    for racine in pdf.objects:
        numero = racine.objgen[0] if isinstance(racine, pikepdf.Object) else 0
        pile: list[tuple[object, str, int]] = [(racine, "", 0)]
        while pile:
            valeur, cle, profondeur = pile.pop()
            visites += 1
            if visites > VISITES_MAX or profondeur > PROFONDEUR_MAX:
                raise PdfDemesure("objets trop nombreux ou trop imbriqués pour être tous examinés")
            if not isinstance(valeur, pikepdf.Object):
                continue
            yield Objet(valeur, numero, cle)
            if isinstance(valeur, (pikepdf.Dictionary, pikepdf.Stream)):
                enfants = [(enfant, nom) for nom, enfant in _elements(valeur)]
            elif isinstance(valeur, pikepdf.Array):
                enfants = [(enfant, str(rang)) for rang, enfant in enumerate(valeur)]
            else:
                continue
            pile += [(e, nom, profondeur + 1) for e, nom in enfants if not _indirect(e)]


def _elements(valeur: pikepdf.Object) -> list[tuple[str, object]]:
    dictionnaire = valeur.stream_dict if isinstance(valeur, pikepdf.Stream) else valeur
    return [(str(cle), enfant) for cle, enfant in dictionnaire.items()]


def _indirect(valeur: object) -> bool:
    return isinstance(valeur, pikepdf.Object) and valeur.is_indirect


def nom_de(valeur: object) -> str:
    """Le nom PDF sans sa barre (« Link ») ; vide si ce n'en est pas un."""
    return affichable(_ecrit(valeur)[1:]) if isinstance(valeur, pikepdf.Name) else ""


def affichable(texte: str) -> str:
    """Le texte sans les octets isolés qu'un nom PDF abîmé y laisse, et qui ne s'écrivent pas en UTF-8."""
    return texte.encode("utf-8", "replace").decode("utf-8")


def taille_du_nom(nom: object) -> int:
    """Octets d'un nom PDF, sans sa barre."""
    return len(_ecrit(nom).encode("utf-8", "surrogateescape")) - 1


def _ecrit(nom: object) -> str:
    try:
        return str(nom)
    except UnicodeDecodeError:
        return bytes(nom).decode("utf-8", "surrogateescape")  # type: ignore[call-overload,no-any-return]


def entree(objet: object, cle: str) -> object:
    """Valeur d'une clé d'un dictionnaire ou d'un flux ; None si elle manque ou si ce n'est ni l'un ni l'autre."""
    if isinstance(objet, (pikepdf.Dictionary, pikepdf.Stream)):
        return objet.get(cle)
    return None
