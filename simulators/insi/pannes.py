"""Les particularités et fautes que le téléservice sait jouer, par scénario (`panne`) ou par personne (`inscrire`)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from simulators.insi import espaces as e
from simulators.insi.erreurs import CODES_OFFICIELS, Faute
from simulators.insi.rendu import OptionsRendu
from simulators.insi.resultat import Individu, InsRendu, Resultat, ResultatVerification
from simulators.socle.identites import fabriquer_identite
from simulators.socle.pannes import Panne


@dataclass(frozen=True)
class Sortie:
    """Une réponse prête à rendre : contenu, écriture, habillage HTTP."""

    resultat: Resultat | ResultatVerification
    rendu: OptionsRendu = field(default_factory=OptionsRendu)
    gzip: bool = False
    marque_ordre: bool = False
    codage: str = "utf-8"
    """Codage réel des octets ; l'en-tête annonce toujours UTF-8."""


Transformation = Callable[[Sortie, Mapping[str, Any]], Sortie]


@dataclass(frozen=True)
class Particularite:
    """Une particularité nommée : ce qu'elle change dans la réponse."""

    nom: str
    description: str
    appliquer: Transformation
    parametres: Mapping[str, str] = field(default_factory=dict)


PARTICULARITES: dict[str, Particularite] = {}


def _particularite(nom: str, description: str, **parametres: str) -> Callable[[Transformation], Transformation]:
    def inscrire(fonction: Transformation) -> Transformation:
        PARTICULARITES[nom] = Particularite(nom, description, fonction, parametres)
        return fonction

    return inscrire


def _individu(changer: Callable[[Individu], Individu], sortie: Sortie) -> Sortie:
    """Change l'individu répondu ; sans individu, la réponse reste ce qu'elle est."""
    resultat = sortie.resultat
    if isinstance(resultat, Resultat) and resultat.individu is not None:
        return replace(sortie, resultat=replace(resultat, individu=changer(resultat.individu)))
    return sortie


def _sur_individu(nom: str, description: str, changer: Callable[[Individu, Mapping[str, Any]], Individu]) -> None:
    @_particularite(nom, description)
    def _(sortie: Sortie, parametres: Mapping[str, Any]) -> Sortie:
        return _individu(lambda individu: changer(individu, parametres), sortie)


def _rendu(nom: str, description: str, **options: Any) -> None:
    @_particularite(nom, description)
    def _(sortie: Sortie, parametres: Mapping[str, Any]) -> Sortie:
        return replace(sortie, rendu=replace(sortie.rendu, **options))


def _tiq(individu: Individu, **changements: str | None) -> Individu:
    tiq = {**individu.tiq, **changements}
    return replace(individu, tiq={nom: valeur for nom, valeur in tiq.items() if valeur is not None})


# --- écritures équivalentes -------------------------------------------------------------------------------------------

_rendu("prefixes_env", "Enveloppe en env:, Body en S:, RESULTAT préfixé", enveloppe="env", corps="S", resultat="ns2")
_rendu("prefixe_resultat", "RESULTAT porte un préfixe au lieu de l'espace par défaut", resultat="insi")
_rendu("declarations_inutiles", "Déclarations d'espaces de noms inutilisées", declarations_inutiles=True)
_rendu("histo_desordonne", "DateDeb et DateFin avant IdIndividu dans INSHISTO", historique_desordonne=True)
_rendu("autre_demande", "wsa:RelatesTo d'une autre demande", relie_a="uuid:00000000-0000-4000-8000-00000000dead")

# --- personne : avant les particularités qui s'ajoutent à elle --------------------------------------------------------


@_particularite("autre_personne", "L'INS et les traits d'une autre personne")
def _autre_personne(sortie: Sortie, parametres: Mapping[str, Any]) -> Sortie:
    autre = fabriquer_identite("une-autre-personne")
    tiq = {
        "NomNaissance": autre.nom_naissance,
        "ListePrenom": " ".join(autre.prenoms),
        "Sexe": autre.sexe,
        "DateNaissance": autre.date_naissance,
        "LieuNaissance": autre.lieu_naissance or "99999",
    }
    return _individu(lambda _: Individu(InsRendu(autre.matricule, autre.oid, autre.cle), (), tiq), sortie)


# --- traits -----------------------------------------------------------------------------------------------------------

_sur_individu(
    "avec_prenom",
    "TIQ/Prenom présent, comme avant octobre 2022",
    lambda i, _: _tiq(i, Prenom=i.tiq.get("ListePrenom", "").partition(" ")[0]),
)
_sur_individu("sans_liste_prenom", "TIQ sans ListePrenom", lambda i, _: _tiq(i, ListePrenom=None))
_sur_individu("sans_lieu_naissance", "TIQ sans LieuNaissance", lambda i, _: _tiq(i, LieuNaissance=None))
_sur_individu("lieu_etranger", "Naissance à l'étranger (COG 99)", lambda i, _: _tiq(i, LieuNaissance="99217"))
_sur_individu("nom_vide", "NomNaissance vide", lambda i, _: _tiq(i, NomNaissance=""))
_sur_individu("prenoms_vides", "ListePrenom vide", lambda i, _: _tiq(i, ListePrenom=""))
_sur_individu("sexe_vide", "Sexe vide", lambda i, _: _tiq(i, Sexe=""))
_sur_individu(
    "date_incomplete",
    "Jour et mois de naissance à 00",
    lambda i, _: _tiq(i, DateNaissance=f"{i.tiq.get('DateNaissance', '1950')[:4]}-00-00"),
)
_sur_individu(
    "jour_inconnu",
    "Jour de naissance à 00",
    lambda i, _: _tiq(i, DateNaissance=f"{i.tiq.get('DateNaissance', '1950-01')[:7]}-00"),
)


@_particularite(
    "traits_retournes",
    "Traits répondus différents de ceux de la personne",
    NomNaissance="nom répondu",
    ListePrenom="prénoms répondus, séparés par un espace",
    Sexe="sexe répondu",
    DateNaissance="date répondue",
    LieuNaissance="COG répondu",
)
def _traits_retournes(sortie: Sortie, parametres: Mapping[str, Any]) -> Sortie:
    admis = PARTICULARITES["traits_retournes"].parametres
    return _individu(lambda i: _tiq(i, **{nom: valeur for nom, valeur in parametres.items() if nom in admis}), sortie)


# --- matricule et historique ------------------------------------------------------------------------------------------


def _fausse_cle(ins: InsRendu) -> InsRendu:
    return replace(ins, cle=f"{int(ins.cle or '0') % 97 + 1:02d}")


def _anciens(individu: Individu, nombre: int) -> tuple[InsRendu, ...]:
    anciens = [fabriquer_identite(f"{individu.actif.numero}-ancien-{rang}") for rang in range(nombre)]
    return tuple(
        InsRendu(ancien.matricule, individu.actif.oid, ancien.cle, None, f"20{10 + rang}-01-01", f"20{11 + rang}-01-01")
        for rang, ancien in enumerate(anciens)
    )


_sur_individu("mauvaise_cle", "Clé de l'INS actif fausse", lambda i, _: replace(i, actif=_fausse_cle(i.actif)))
_sur_individu("sans_cle", "INS actif sans clé", lambda i, _: replace(i, actif=replace(i.actif, cle=None)))
_sur_individu("oid_nia", "OID du NIA", lambda i, _: replace(i, actif=replace(i.actif, oid=e.OID_INS_NIA)))
_sur_individu(
    "oid_production",
    "OID de l'INS-NIR de production, comme la plateforme de qualification",
    lambda i, _: replace(i, actif=replace(i.actif, oid=e.OID_INS_NIR)),
)
_sur_individu("histo_0", "Aucun INSHISTO", lambda i, _: replace(i, historique=()))
_sur_individu("histo_1", "Un seul INSHISTO", lambda i, _: replace(i, historique=_anciens(i, 1)))
_sur_individu("histo_n", "Dix INSHISTO", lambda i, _: replace(i, historique=_anciens(i, 10)))
_sur_individu("histo_egal_actif", "INSHISTO égal à INSACTIF", lambda i, _: replace(i, historique=(i.actif,)))
_sur_individu(
    "histo_dates_inversees",
    "INSHISTO dont DateDeb suit DateFin",
    lambda i, _: replace(
        i, historique=tuple(replace(h, date_debut=h.date_fin, date_fin=h.date_debut) for h in _anciens(i, 1))
    ),
)


# --- compte rendu -----------------------------------------------------------------------------------------------------


@_particularite("code_cr_inconnu", "CodeCR hors de 00, 01, 02", code="code répondu, 99 par défaut")
def _code_inconnu(sortie: Sortie, parametres: Mapping[str, Any]) -> Sortie:
    return replace(sortie, resultat=Resultat(str(parametres.get("code", "99"))))


@_particularite("ok_sans_individu", "CodeCR 00 sans INDIVIDU")
def _ok_sans_individu(sortie: Sortie, parametres: Mapping[str, Any]) -> Sortie:
    return replace(sortie, resultat=Resultat("00"))


@_particularite("individu_avec_01", "CodeCR 01 avec INDIVIDU")
def _individu_avec_01(sortie: Sortie, parametres: Mapping[str, Any]) -> Sortie:
    individu = sortie.resultat.individu if isinstance(sortie.resultat, Resultat) else None
    if individu is None:
        return sortie
    return replace(sortie, resultat=Resultat("01", individu))


# --- habillage HTTP ---------------------------------------------------------------------------------------------------


@_particularite("gzip", "Réponse compressée")
def _gzip(sortie: Sortie, parametres: Mapping[str, Any]) -> Sortie:
    return replace(sortie, gzip=True)


@_particularite("marque_ordre", "Marque d'ordre des octets (BOM) en tête")
def _marque_ordre(sortie: Sortie, parametres: Mapping[str, Any]) -> Sortie:
    return replace(sortie, marque_ordre=True)


@_particularite("codage_trompeur", "Octets en ISO-8859-1 alors que l'en-tête annonce UTF-8")
def _codage_trompeur(sortie: Sortie, parametres: Mapping[str, Any]) -> Sortie:
    resultat = sortie.resultat
    if isinstance(resultat, Resultat):
        resultat = replace(resultat, libelle=f"{resultat.texte} (accentué)")
    return replace(sortie, codage="iso-8859-1", resultat=resultat)


# --- registre ---------------------------------------------------------------------------------------------------------

_PARAMETRES_FAUTE = {
    "disposition": "a (siram:Erreur, par défaut) ou b (Code, Severite, Descriptif)",
    "langue": "xml:lang de la raison, fr par défaut",
    "severite": "sévérité répondue ; « fatal » a été constaté, hors de l'énumération",
    "sans_message_id": "vrai : messageID absent du détail",
    "sans_detail": "vrai : pas de Detail",
}

PANNES: tuple[Panne, ...] = (
    *(Panne(p.nom, p.description, dict(p.parametres)) for p in PARTICULARITES.values()),
    *(
        Panne(code, (constructeur.__doc__ or code).splitlines()[0], _PARAMETRES_FAUTE)
        for code, constructeur in CODES_OFFICIELS.items()
    ),
)


def faute_de(code: str, parametres: Mapping[str, Any]) -> Faute:
    """La faute officielle `code`, dans la présentation demandée."""
    faute = CODES_OFFICIELS[code]()
    return replace(
        faute,
        disposition="b" if parametres.get("disposition") == "b" else "a",
        langue=str(parametres.get("langue", faute.langue)),
        severite=str(parametres.get("severite", faute.severite)),
        avec_message_id=not parametres.get("sans_message_id", False),
        avec_detail=not parametres.get("sans_detail", False),
    )
