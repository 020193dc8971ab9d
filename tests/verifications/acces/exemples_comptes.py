"""Exemples qui suivent et qui enfreignent chaque règle des comptes et des sessions de professionnels."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from reports.constat import Constat
from steps.verifications.acces import identites, masse, mots_de_passe, rpps, sessions, synchronisation, traces
from steps.verifications.acces.masse import Extraction
from steps.verifications.acces.mots_de_passe import TENTATIVES_MAX, Tentative
from steps.verifications.acces.traces import Operation
from tests.verifications.annuaire.fabrique import echange

Fabrique = Callable[[], list[Constat]]

ZOE = {
    "identifiant": "zoe.c", "nom": "CHÂTEAU-D'ORGE", "prenom": "Zoé", "courriel": "zoe@personnes.test",
    "permissions": ["consultation", "impression"], "profession": "10",
}  # fmt: skip
NOE = {
    "identifiant": "noe.n", "nom": "N'GUYEN", "prenom": "Noé", "courriel": "noe@personnes.test",
    "permissions": ["consultation"], "profession": "21",
}  # fmt: skip
RPPS = "99900001015"
DEBUT = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
FIN = DEBUT + timedelta(seconds=2)


def compte(base: Mapping[str, Any] = ZOE, **champs: Any) -> dict[str, Any]:
    return {**base, **champs}


# ------------------------------------------------------------------ synchronisation
_SOURCE = {"nom": "PÂRIS", "prenom": "Zoé"}


def _identite(montre: Mapping[str, Any] | None, avant: Mapping[str, Any] = ZOE) -> list[Constat]:
    return [synchronisation.identite_synchronisee(montre, avant, _SOURCE, "compte de Zoé")]


def _permissions(vues: list[str], avant: Mapping[str, Any] = ZOE) -> list[Constat]:
    voulues = ["consultation", "biologie"]
    return [synchronisation.permissions_synchronisees(compte(permissions=vues), avant, voulues, "compte de Zoé")]


def _toujours(montre: Mapping[str, Any] | None) -> list[Constat]:
    return synchronisation.toujours_synchronise(montre, {"nom": ZOE["nom"]}, ZOE["permissions"], "compte de Zoé")


# ------------------------------------------------------------------ mise à jour en masse
def csv(*comptes: Mapping[str, Any]) -> bytes:
    lignes = ["identifiant;nom;prenom;courriel;permissions"]
    for c in comptes:
        lignes.append(f"{c['identifiant']};{c['nom']};{c['prenom']};{c['courriel']};{'|'.join(c['permissions'])}")
    return "\r\n".join(lignes).encode("utf-8-sig")


def extraction(*comptes: Mapping[str, Any], fichier: bytes | None = None) -> Extraction:
    return Extraction.depuis(comptes, csv(*comptes) if fichier is None else fichier)


def _fichier(octets: bytes) -> list[Constat]:
    return [masse.fichier_fidele(extraction(ZOE, NOE, fichier=octets), [ZOE, NOE])]


def _permission(avant: list[str], apres: list[str], permission: str, *, ajout: bool) -> list[Constat]:
    premiere, seconde = extraction(compte(permissions=avant)), extraction(compte(permissions=apres))
    return [masse.permission_changee(premiere, seconde, "zoe.c", permission, ajout=ajout)]


def _ldif(*comptes: Mapping[str, Any]) -> bytes:
    blocs = []
    for c in comptes:
        nom = base64.b64encode(str(c["nom"]).encode()).decode()
        permissions = "\n".join(f"memberOf: {p}" for p in c["permissions"])
        blocs.append(
            f"dn: uid={c['identifiant']}\nuid: {c['identifiant']}\nsn:: {nom}\ngivenName:: "
            f"{base64.b64encode(str(c['prenom']).encode()).decode()}\nmail: {c['courriel']}\n{permissions}\n"
        )
    return ("version: 1\n\n" + "\n".join(blocs)).encode()


# ------------------------------------------------------------------ traces
def operation(nature: str = "connexion", *, reussie: bool = True, auteur: str = "zoe.c", **suite: Any) -> Operation:
    noms = frozenset({"zoe.c", "C000042"})
    auteurs = noms if auteur == "zoe.c" else frozenset({auteur})
    return Operation(nature, reussie, noms, auteurs, DEBUT, FIN, **suite)


def trace(
    nature: str = "connexion", resultat: str = "succes", utilisateur: str = "zoe.c", heure: datetime = DEBUT,
    compte_vise: str = "zoe.c", **detail: Any,
) -> dict[str, Any]:  # fmt: skip
    return {
        "horodatage": heure.isoformat(), "utilisateur": utilisateur, "action": nature,
        "detail": {"operation": nature, "resultat": resultat, "compte": compte_vise, **detail},
    }  # fmt: skip


_NOM = operation("modification_attributs", auteur="administrateur", attributs=frozenset({"nom"}))
_DROITS = operation(
    "modification_permissions", auteur="super_utilisateur", ajoutees=frozenset({"biologie"}),
    retirees=frozenset({"export"}),
)  # fmt: skip


def _tracees(vues: list[dict[str, Any]], *operations: Operation) -> list[Constat]:
    return traces.operations_tracees(vues, operations)


# ------------------------------------------------------------------ mots de passe
def _critere(critere: str, *, accepte: bool) -> list[Constat]:
    return [mots_de_passe.critere_exige(critere, accepte, f"sans {critere}", "refuse : trop faible", controle=True)]


def _tentatives(*vues: Tentative) -> list[Constat]:
    return [mots_de_passe.tentatives_limitees(vues, controle=True)]


_MANQUEE = Tentative(False, dit="refuse")


# ------------------------------------------------------------------ RPPS
def _appel(cible: str, **champs: Any) -> Any:
    return echange(cible, **champs)


_RECHERCHE = "Practitioner?family=CH%C3%82TEAU-D%27ORGE-BAKO&given=Zo%C3%A9"


def _reprises(*periodes: list[Any]) -> list[Constat]:
    return [rpps.recherche_reprise([rpps.concernant(vus, nom="CHÂTEAU-D'ORGE-BAKO") for vus in periodes], "Zoé")]


# ------------------------------------------------------------------ exemples
CONFORMES: dict[str, Fabrique] = {
    "identité synchronisée": lambda: _identite(compte(nom="Pâris")),
    "permissions synchronisées": lambda: _permissions(["biologie", "consultation"]),
    "resté synchronisé": lambda: _toujours(ZOE),
    "créé en masse": lambda: [masse.compte_cree(extraction(NOE), extraction(NOE, ZOE), "zoe.c", {"nom": ZOE["nom"]})],
    "modifié en masse": lambda: [
        masse.compte_modifie(extraction(ZOE), extraction(compte(nom="PÂRIS")), "zoe.c", {"nom": "PÂRIS"})
    ],
    "supprimé en masse": lambda: [masse.compte_supprime(extraction(ZOE, NOE), extraction(NOE), "zoe.c")],
    "permission ajoutée": lambda: _permission(["a"], ["biologie", "a"], "biologie", ajout=True),
    "permission retirée": lambda: _permission(["a", "b"], ["a"], "b", ajout=False),
    "témoins identiques": lambda: [masse.temoins_inchanges(extraction(ZOE, NOE), extraction(NOE), ["noe.n"])],
    "fichier CSV fidèle": lambda: _fichier(csv(ZOE, NOE)),
    "fichier CSV à virgules": lambda: _fichier(csv(ZOE, NOE).decode("utf-8-sig").replace(";", ",").encode()),
    "fichier JSON": lambda: _fichier(json.dumps({"comptes": [ZOE, NOE]}, ensure_ascii=False).encode()),
    "fichier LDIF": lambda: _fichier(_ldif(ZOE, NOE)),
    "fichier en cp1252": lambda: _fichier(csv(ZOE, NOE).decode("utf-8-sig").encode("cp1252")),
    "traces complètes": lambda: _tracees(
        [
            trace(resultat="echec"),
            trace(),
            trace("modification_attributs", utilisateur="administrateur", attributs=["nom", "prenom"]),
            trace(
                "modification_permissions",
                utilisateur="super_utilisateur",
                permissions={"ajoutees": ["biologie"], "retirees": ["export"]},
            ),
        ],
        operation(reussie=False),
        operation(),
        _NOM,
        _DROITS,
    ),
    "traces sous le compte_id": lambda: _tracees([trace(compte_vise="C000042", utilisateur="C000042")], operation()),
    "traces à l'heure d'essai": lambda: _tracees(
        [trace(heure=DEBUT + timedelta(days=31))], operation(avance=timedelta(days=31))
    ),
    "traces en désordre": lambda: _tracees([trace(), trace(resultat="echec")], operation(reussie=False), operation()),
    "traces sans mot de passe": lambda: [traces.aucun_mot_de_passe([trace()], ["Tr0pSecret!Zoé"])],
    **{
        f"critère {critere}": (lambda c=critere: _critere(c, accepte=False))  # type: ignore[misc]
        for critere in mots_de_passe.CRITERES
    },
    "conforme accepté": lambda: [mots_de_passe.conforme_accepte(True, "15 caractères", "fait")],
    "changement effectif": lambda: [mots_de_passe.changement_effectif(True, False, "fait")],
    "changement imposé": lambda: [mots_de_passe.changement_impose(True, False, "changement_mot_de_passe", "30 jours")],
    "bloqué par changements": lambda: [mots_de_passe.compte_bloque(5, True, "refuse", changements=True)],
    "bloqué par connexions": lambda: [mots_de_passe.compte_bloque(5, True, "refuse", changements=False)],
    "bloqué refuse": lambda: [mots_de_passe.bloque_refuse(True, False, "refuse : compte bloqué")],
    "débloqué": lambda: [mots_de_passe.debloque_utilisable(True, "fait")],
    "faible refusé": lambda: [mots_de_passe.faible_refuse(False, "8 lettres", "refuse", controle=True)],
    "fort accepté": lambda: [mots_de_passe.fort_accepte(True, "fait")],
    "bloqué à la dixième": lambda: _tentatives(*[_MANQUEE] * 9, Tentative(False, bloque=True)),
    "temporisé": lambda: _tentatives(_MANQUEE, Tentative(False, attente_s=60)),
    "captcha": lambda: _tentatives(*[_MANQUEE] * 3, Tentative(False, captcha=True)),
    "restriction réelle": lambda: [mots_de_passe.restriction_reelle("compte bloqué", False, "refuse")],
    "RPPS associé": lambda: [rpps.rpps_associe(compte(rpps=RPPS), RPPS, "Zoé", "fait")],
    "RPPS préfixé": lambda: [rpps.rpps_associe(compte(rpps=f"8{RPPS}"), RPPS, "Zoé", "fait")],
    "absence dite à la création": lambda: [
        rpps.absence_signalee(compte(), ["Numéro RPPS introuvable."], "Zoé", temoin=True)
    ],
    "absence dite sur la fiche": lambda: [
        rpps.absence_signalee(compte(recherche_rpps={"etat": "indisponible"}), [], "Zoé", temoin=True)
    ],
    "aucun RPPS": lambda: [rpps.aucun_rpps(compte(rpps=None), "Zoé")],
    "recherche reprise": lambda: _reprises([_appel(_RECHERCHE)], [_appel(_RECHERCHE, numero=2)]),
    "recherche reprise en masse": lambda: _reprises([_appel("/dump", operation="extraction:PS_LibreAcces")]),
    "recherche postée": lambda: _reprises(
        [_appel("Practitioner/_search", methode="POST", corps=_RECHERCHE.split("?")[1].encode())]
    ),
    "association finale": lambda: [rpps.association_finale(compte(rpps=RPPS), RPPS, "Zoé")],
    "RPPS contrôlé": lambda: rpps.rpps_controle([_appel(f"Practitioner?identifier={RPPS}")], [("Zoé", RPPS)], "2 ans"),
    "adresse en attente": lambda: [
        identites.adresse_en_attente(compte(courriel_verifie=False), str(ZOE["courriel"]), "Zoé")
    ],
    "adresse pas encore prise": lambda: [
        identites.adresse_en_attente(compte(courriel_verifie=True), "neuve@personnes.test", "Zoé")
    ],
    "message reçu": lambda: [identites.message_recu(2, 1, "Zoé")],
    "adresse confirmée": lambda: [
        identites.adresse_confirmee(compte(courriel_verifie=True), str(ZOE["courriel"]), "Zoé", "fait")
    ],
    "autre code refusé": lambda: [
        identites.autre_code_refuse(compte(courriel_verifie=False), str(ZOE["courriel"]), "Zoé", "refuse")
    ],
    "identité gardée": lambda: [identites.changement_controle(ZOE, {"nom": ZOE["nom"]}, "Zoé", "refuse")],
    "identité changée": lambda: [identites.changement_fait(compte(nom="PÂRIS"), {"nom": "PÂRIS"}, "Zoé", "fait")],
    "changement notifié": lambda: [identites.changement_notifie({"zoe@personnes.test": 1}, "Zoé")],
    "attributs gérés": lambda: [
        identites.attributs_geres(compte(rpps=RPPS), {"nom": ZOE["nom"], "rpps": RPPS, "profession": "10"}, "Zoé")
    ],
    "identifiant privé unique": lambda: [
        identites.identifiant_prive_unique("refuse", "refuse : déjà pris", "P1", temoin=True)
    ],
    "structures gérées": lambda: [identites.structures_gerees(compte(structures=["1B0000001"]), ["1B0000001"], "Zoé")],
    "session fermée": lambda: [sessions.session_fermee(True, False, "refuse", "Zoé")],
    "autre session intacte": lambda: [sessions.autre_session_intacte(True, "fait", "Noé")],
    "session rouverte": lambda: [sessions.session_rouverte(True, True, "fait", "Zoé")],
    "délai réglable": lambda: [sessions.delai_reglable("fait", "fait", 1200, 1200)],
    "délai non relu": lambda: [sessions.delai_reglable("fait", "fait", None, 1200)],
    "session maintenue": lambda: [sessions.session_maintenue(True, "fait", 1140, 1200)],
    "session expirée": lambda: [sessions.session_expiree(False, True, "refuse", 1260, 1200)],
    "onglet": lambda: [sessions.application_quittee("onglet", True, False, "fait")],
    "client": lambda: [sessions.application_quittee("poste", True, False, "fait")],
}

FAUTIFS: dict[str, tuple[Fabrique, set[str]]] = {
    "identité restée": (lambda: _identite(ZOE), {"ACC-SYN-01"}),
    "identité sans accent": (lambda: _identite(compte(nom="PARIS")), {"ACC-SYN-01"}),
    "compte disparu": (lambda: _identite(None), {"ACC-SYN-01"}),
    "permissions cumulées": (lambda: _permissions(["consultation", "impression", "biologie"]), {"ACC-SYN-02"}),
    "identité d'un autre": (lambda: _toujours(compte(nom="PÂRIS")), {"ACC-SYN-01"}),
    "permissions d'un autre": (lambda: _toujours(compte(permissions=["consultation"])), {"ACC-SYN-02"}),
    "non créé": (
        lambda: [masse.compte_cree(extraction(NOE), extraction(NOE), "zoe.c", {"nom": ZOE["nom"]})],
        {"ACC-MAS-01"},
    ),
    "non modifié": (
        lambda: [masse.compte_modifie(extraction(ZOE), extraction(ZOE), "zoe.c", {"nom": "PÂRIS"})],
        {"ACC-MAS-02"},
    ),
    "non supprimé": (lambda: [masse.compte_supprime(extraction(ZOE), extraction(ZOE), "zoe.c")], {"ACC-MAS-03"}),
    "supprimé de l'écran, pas du fichier": (
        lambda: [masse.compte_supprime(extraction(ZOE, NOE), extraction(NOE, fichier=csv(ZOE, NOE)), "zoe.c")],
        {"ACC-MAS-03"},
    ),
    "permissions remplacées": (lambda: _permission(["a"], ["b"], "b", ajout=True), {"ACC-MAS-04"}),
    "permission gardée": (lambda: _permission(["a", "b"], ["a", "b"], "b", ajout=False), {"ACC-MAS-05"}),
    "témoin changé": (
        lambda: [masse.temoins_inchanges(extraction(NOE), extraction(compte(NOE, permissions=["x"])), ["noe.n"])],
        {"ACC-MAS-06"},
    ),
    "fichier incomplet": (lambda: _fichier(csv(ZOE)), {"ACC-MAS-07"}),
    "fichier sans permissions": (lambda: _fichier(csv(ZOE, compte(NOE, permissions=[]))), {"ACC-MAS-07"}),
    "échec oublié": (lambda: _tracees([trace()], operation(reussie=False), operation()), {"ACC-TRA-01"}),
    "échec non tracé": (
        lambda: _tracees([trace(heure=DEBUT - timedelta(hours=3))], operation(reussie=False)),
        {"ACC-TRA-01"},
    ),
    "une trace de trop peu": (lambda: _tracees([trace()], operation(), operation()), {"ACC-TRA-01"}),
    "trace sans heure": (lambda: _tracees([{**trace(), "horodatage": "2026-11-22"}], operation()), {"ACC-TRA-02"}),
    "trace du mauvais auteur": (
        lambda: _tracees([trace("modification_attributs", utilisateur="zoe.c", attributs=["nom"])], _NOM),
        {"ACC-TRA-03"},
    ),
    "trace sans nature": (
        lambda: _tracees([trace("modification_attributs", utilisateur="administrateur")], _NOM),
        {"ACC-TRA-04"},
    ),
    "trace sans retrait": (
        lambda: _tracees(
            [
                trace(
                    "modification_permissions", utilisateur="super_utilisateur", permissions={"ajoutees": ["biologie"]}
                )
            ],
            _DROITS,
        ),
        {"ACC-TRA-04"},
    ),
    "trace du mauvais résultat": (lambda: _tracees([trace()], operation(reussie=False)), {"ACC-TRA-05"}),
    "mot de passe tracé": (
        lambda: [traces.aucun_mot_de_passe([trace(essais=["saisi : Tr0pSecret!Zoé"])], ["Tr0pSecret!Zoé"])],
        {"ACC-TRA-06"},
    ),
    **{
        f"critère {critere} non appliqué": (
            (lambda c=critere: _critere(c, accepte=True)),  # type: ignore[misc]
            {regle.code},
        )
        for critere, regle in mots_de_passe.CRITERES.items()
    },
    "conforme refusé": (lambda: [mots_de_passe.conforme_accepte(False, "15 caractères", "refuse")], {"ACC-MDP-07"}),
    "changement sans effet": (lambda: [mots_de_passe.changement_effectif(False, True, "fait")], {"ACC-MDP-08"}),
    "ancien encore bon": (lambda: [mots_de_passe.changement_effectif(True, True, "fait")], {"ACC-MDP-08"}),
    "expiré ignoré": (lambda: [mots_de_passe.changement_impose(True, True, "", "30 jours")], {"ACC-MDP-09"}),
    "expiré sans le dire": (lambda: [mots_de_passe.changement_impose(True, False, "", "30 jours")], {"ACC-MDP-09"}),
    "changements sans blocage": (
        lambda: [mots_de_passe.compte_bloque(5, False, "refuse", changements=True)],
        {"ACC-MDP-10"},
    ),
    "connexions sans blocage": (
        lambda: [mots_de_passe.compte_bloque(10, False, "refuse", changements=False)],
        {"ACC-MDP-11"},
    ),
    "bloqué de façade": (lambda: [mots_de_passe.bloque_refuse(True, True, "fait")], {"ACC-MDP-12"}),
    "débloqué sans effet": (lambda: [mots_de_passe.debloque_utilisable(False, "refuse")], {"ACC-MDP-13"}),
    "faible accepté": (
        lambda: [mots_de_passe.faible_refuse(True, "14 chiffres", "fait", controle=True)],
        {"ACC-MDP-14"},
    ),
    "fort refusé": (lambda: [mots_de_passe.fort_accepte(False, "refuse")], {"ACC-MDP-15"}),
    "sans restriction": (lambda: _tentatives(*[_MANQUEE] * TENTATIVES_MAX), {"ACC-MDP-16"}),
    "mauvais mot de passe accepté": (lambda: _tentatives(Tentative(True)), {"ACC-MDP-16"}),
    "restriction de façade": (
        lambda: [mots_de_passe.restriction_reelle("attente de 60 s", True, "fait")],
        {"ACC-MDP-17"},
    ),
    "RPPS absent": (lambda: [rpps.rpps_associe(compte(), RPPS, "Zoé", "fait")], {"ACC-RPPS-01"}),
    "RPPS d'un autre": (lambda: [rpps.rpps_associe(compte(rpps="99900001023"), RPPS, "Zoé", "fait")], {"ACC-RPPS-01"}),
    "absence tue": (
        lambda: [rpps.absence_signalee(compte(), ["Compte créé."], "Zoé", temoin=True)],
        {"ACC-RPPS-02"},
    ),
    "RPPS inventé": (lambda: [rpps.aucun_rpps(compte(rpps="10009999991"), "Zoé")], {"ACC-RPPS-03"}),
    "reprise unique": (lambda: _reprises([_appel(_RECHERCHE)], []), {"ACC-RPPS-04"}),
    "reprise d'un autre": (lambda: _reprises([_appel("Practitioner?family=DURAND")]), {"ACC-RPPS-04"}),
    "jamais associé": (lambda: [rpps.association_finale(compte(), RPPS, "Zoé")], {"ACC-RPPS-04"}),
    "jamais contrôlé": (lambda: rpps.rpps_controle([_appel(_RECHERCHE)], [("Zoé", RPPS)], "deux ans"), {"ACC-RPPS-05"}),
    "vérifiée d'office": (
        lambda: [identites.adresse_en_attente(compte(courriel_verifie=True), str(ZOE["courriel"]), "Zoé")],
        {"ACC-ADR-01"},
    ),
    "sans message": (lambda: [identites.message_recu(1, 0, "Zoé")], {"ACC-ADR-02"}),
    "confirmation sans effet": (
        lambda: [identites.adresse_confirmee(compte(courriel_verifie=False), str(ZOE["courriel"]), "Zoé", "fait")],
        {"ACC-ADR-03"},
    ),
    "code quelconque": (
        lambda: [identites.autre_code_refuse(compte(courriel_verifie=True), str(ZOE["courriel"]), "Zoé", "fait")],
        {"ACC-ADR-04"},
    ),
    "identité changée sans preuve": (
        lambda: [identites.changement_controle(compte(nom="PÂRIS"), {"nom": ZOE["nom"]}, "Zoé", "fait")],
        {"ACC-IDE-01"},
    ),
    "changement prouvé refusé": (
        lambda: [identites.changement_fait(ZOE, {"nom": "PÂRIS"}, "Zoé", "refuse")],
        {"ACC-IDE-02"},
    ),
    "changement tu": (lambda: [identites.changement_notifie({"zoe@personnes.test": 0}, "Zoé")], {"ACC-IDE-03"}),
    "profession perdue": (
        lambda: [identites.attributs_geres(compte(profession=""), {"profession": "10"}, "Zoé")],
        {"ACC-ATT-01"},
    ),
    "identifiant privé partagé": (
        lambda: [identites.identifiant_prive_unique("fait", "fait", "P1", temoin=True)],
        {"ACC-ATT-02"},
    ),
    "session encore ouverte": (lambda: [sessions.session_fermee(True, True, "fait", "Zoé")], {"ACC-SES-01"}),
    "autre session fermée": (lambda: [sessions.autre_session_intacte(False, "refuse", "Noé")], {"ACC-SES-02"}),
    "session non rouverte": (lambda: [sessions.session_rouverte(False, True, "refuse", "Zoé")], {"ACC-SES-03"}),
    "session ressuscitée": (lambda: [sessions.session_rouverte(True, False, "fait", "Zoé")], {"ACC-SES-03"}),
    "toujours ouverte": (lambda: [sessions.session_expiree(True, True, "fait", 1260, 1200)], {"ACC-SES-04"}),
    "fermée trop tôt": (lambda: [sessions.session_maintenue(False, "refuse", 1140, 1200)], {"ACC-SES-05"}),
    "délai non réglable": (lambda: [sessions.delai_reglable("refuse", "refuse", None, 1200)], {"ACC-SES-06"}),
    "délai non gardé": (lambda: [sessions.delai_reglable("fait", "fait", 1800, 1200)], {"ACC-SES-06"}),
    "onglet sans effet": (lambda: [sessions.application_quittee("navigateur", True, True, "fait")], {"ACC-SES-07"}),
    "client sans effet": (lambda: [sessions.application_quittee("client", True, True, "fait")], {"ACC-SES-08"}),
}

SANS_OBJET: dict[str, Fabrique] = {
    "identité déjà là": lambda: _identite(compte(nom="PÂRIS"), compte(nom="PÂRIS")),
    "permissions déjà là": lambda: _permissions(["consultation"], compte(permissions=["biologie", "consultation"])),
    "déjà créé": lambda: [masse.compte_cree(extraction(ZOE), extraction(ZOE), "zoe.c", {"nom": "X"})],
    "rien à modifier": lambda: [masse.compte_modifie(extraction(NOE), extraction(ZOE), "zoe.c", {"nom": "X"})],
    "rien à supprimer": lambda: [masse.compte_supprime(extraction(NOE), extraction(NOE), "zoe.c")],
    "permission déjà là": lambda: _permission(["b"], ["b"], "b", ajout=True),
    "aucun témoin": lambda: [masse.temoins_inchanges(extraction(NOE), extraction(NOE), ["zoe.c"])],
    "aucun compte attendu": lambda: [masse.fichier_fidele(extraction(ZOE), [])],
    "aucune opération": lambda: _tracees([trace()]),
    "aucune trace": lambda: [traces.aucun_mot_de_passe([], ["Tr0pSecret!Zoé"])],
    "critère sans contrôle": lambda: [
        mots_de_passe.critere_exige("chiffre", False, "sans chiffre", "refuse", controle=False)
    ],
    "expiré sans contrôle": lambda: [mots_de_passe.changement_impose(False, False, "", "30 jours")],
    "aucun échec": lambda: [mots_de_passe.compte_bloque(0, False, "", changements=True)],
    "bloqué sans contrôle": lambda: [mots_de_passe.bloque_refuse(False, False, "refuse")],
    "faible sans contrôle": lambda: [mots_de_passe.faible_refuse(False, "8 lettres", "refuse", controle=False)],
    "tentatives trop courtes": lambda: _tentatives(_MANQUEE),
    "tentatives sans contrôle": lambda: [mots_de_passe.tentatives_limitees([_MANQUEE], controle=False)],
    "aucune restriction": lambda: [mots_de_passe.restriction_reelle("", False, "refuse")],
    "signalement sans témoin": lambda: [rpps.absence_signalee(compte(), [], "Zoé", temoin=False)],
    "aucune période": lambda: _reprises(),
    "aucun RPPS à contrôler": lambda: rpps.rpps_controle([], [], "deux ans"),
    "fiche absente": lambda: [identites.adresse_en_attente(None, "a@b.test", "Zoé")],
    "fiche absente, autre code": lambda: [identites.autre_code_refuse(None, "a@b.test", "Zoé", "refuse")],
    "personne à prévenir": lambda: [identites.changement_notifie({}, "Zoé")],
    "unicité sans témoin": lambda: [identites.identifiant_prive_unique("refuse", "refuse", "P1", temoin=False)],
    "session déjà fermée": lambda: [sessions.session_fermee(False, False, "refuse", "Zoé")],
    "expirée sans contrôle": lambda: [sessions.session_expiree(False, False, "refuse", 1260, 1200)],
    "quittée sans contrôle": lambda: [sessions.application_quittee("onglet", False, False, "fait")],
}

A_REGARDER: dict[str, Fabrique] = {
    "fichier d'un format inconnu": lambda: _fichier(b"\x00\x01 rien de lisible"),
    "classeur abîmé": lambda: _fichier(b"PK\x03\x04abime"),
    "compte non créé": lambda: [rpps.aucun_rpps(None, "Zoé")],
    "vérification non montrée": lambda: [identites.adresse_en_attente(ZOE, str(ZOE["courriel"]), "Zoé")],
    "coordonnée que le banc ne lit pas": lambda: [
        identites.changement_notifie({}, "Zoé", a_regarder=["06 00 00 00 00"])
    ],
}

REMARQUES: dict[str, Fabrique] = {
    "structures non gérées": lambda: [identites.structures_gerees(ZOE, ["1B0000001"], "Zoé")],
}
