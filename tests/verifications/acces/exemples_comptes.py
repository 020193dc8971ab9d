"""Exemples qui suivent les règles des comptes et des sessions, ou dont elles ne peuvent rien dire."""

from __future__ import annotations

import json
from datetime import timedelta

from steps.verifications.acces import identites, masse, mots_de_passe, rpps, sessions, traces
from steps.verifications.acces.mots_de_passe import TENTATIVES_MAX, Tentative
from tests.verifications.acces.fabrique_comptes import (
    DEBUT,
    DROITS,
    MANQUEE,
    NOE,
    NOM,
    RECHERCHE,
    RPPS,
    ZOE,
    Fabrique,
    appel,
    compte,
    csv,
    d_identite,
    de_permission,
    du_critere,
    du_fichier,
    extraction,
    ldif,
    operation,
    permissions,
    reprises,
    tentatives,
    toujours,
    trace,
    tracees,
)

CONFORMES: dict[str, Fabrique] = {
    "identité synchronisée": lambda: d_identite(compte(nom="Pâris")),
    "permissions synchronisées": lambda: permissions(["biologie", "consultation"]),
    "resté synchronisé": lambda: toujours(ZOE),
    "créé en masse": lambda: [masse.compte_cree(extraction(NOE), extraction(NOE, ZOE), "zoe.c", {"nom": ZOE["nom"]})],
    "modifié en masse": lambda: [
        masse.compte_modifie(extraction(ZOE), extraction(compte(nom="PÂRIS")), "zoe.c", {"nom": "PÂRIS"})
    ],
    "supprimé en masse": lambda: [masse.compte_supprime(extraction(ZOE, NOE), extraction(NOE), "zoe.c")],
    "permission ajoutée": lambda: de_permission(["a"], ["biologie", "a"], "biologie", ajout=True),
    "permission retirée": lambda: de_permission(["a", "b"], ["a"], "b", ajout=False),
    "témoins identiques": lambda: [masse.temoins_inchanges(extraction(ZOE, NOE), extraction(NOE), ["noe.n"])],
    "fichier CSV fidèle": lambda: du_fichier(csv(ZOE, NOE)),
    "fichier CSV à virgules": lambda: du_fichier(csv(ZOE, NOE).decode("utf-8-sig").replace(";", ",").encode()),
    "fichier JSON": lambda: du_fichier(json.dumps({"comptes": [ZOE, NOE]}, ensure_ascii=False).encode()),
    "fichier LDIF": lambda: du_fichier(ldif(ZOE, NOE)),
    "fichier en cp1252": lambda: du_fichier(csv(ZOE, NOE).decode("utf-8-sig").encode("cp1252")),
    "traces complètes": lambda: tracees(
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
        NOM,
        DROITS,
    ),
    "traces sous le compte_id": lambda: tracees([trace(compte_vise="C000042", utilisateur="C000042")], operation()),
    "traces à l'heure d'essai": lambda: tracees(
        [trace(heure=DEBUT + timedelta(days=31))], operation(avance=timedelta(days=31))
    ),
    "traces en désordre": lambda: tracees([trace(), trace(resultat="echec")], operation(reussie=False), operation()),
    "traces sans mot de passe": lambda: [traces.aucun_mot_de_passe([trace()], ["Tr0pSecret!Zoé"])],
    **{
        f"critère {critere}": (lambda c=critere: du_critere(c, accepte=False))  # type: ignore[misc]
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
    "bloqué à la dixième": lambda: tentatives(*[MANQUEE] * 9, Tentative(False, bloque=True)),
    "temporisé": lambda: tentatives(MANQUEE, Tentative(False, attente_s=60)),
    "captcha": lambda: tentatives(*[MANQUEE] * 3, Tentative(False, captcha=True)),
    "restriction réelle": lambda: [mots_de_passe.restriction_reelle("compte bloqué", False, "refuse")],
    "RPPS associé": lambda: [rpps.rpps_associe(compte(rpps=RPPS), RPPS, "Zoé", "fait")],
    "RPPS préfixé": lambda: [rpps.rpps_associe(compte(rpps=f"8{RPPS}"), RPPS, "Zoé", "fait")],
    "absence dite à la création": lambda: [
        rpps.absence_signalee(compte(), ["Numéro RPPS introuvable."], "Zoé", temoin=True)
    ],
    "absence dite du répertoire": lambda: [
        rpps.absence_signalee(compte(), ["Personne inconnue du répertoire."], "Zoé", temoin=True)
    ],
    "absence dite par l'annuaire muet": lambda: [
        rpps.absence_signalee(compte(), ["L'Annuaire Santé ne répond pas."], "Zoé", temoin=True)
    ],
    "absence dite sur la fiche": lambda: [
        rpps.absence_signalee(compte(recherche_rpps={"etat": "indisponible"}), [], "Zoé", temoin=True)
    ],
    "aucun RPPS": lambda: [rpps.aucun_rpps(compte(rpps=None), "Zoé")],
    "recherche reprise": lambda: reprises([appel(RECHERCHE)], [appel(RECHERCHE, numero=2)]),
    "recherche reprise en masse": lambda: reprises([appel("/dump", operation="extraction:PS_LibreAcces")]),
    "recherche postée": lambda: reprises(
        [appel("Practitioner/_search", methode="POST", corps=RECHERCHE.split("?")[1].encode())]
    ),
    "association finale": lambda: [rpps.association_finale(compte(rpps=RPPS), RPPS, "Zoé")],
    "RPPS contrôlé": lambda: rpps.rpps_controle([appel(f"Practitioner?identifier={RPPS}")], [("Zoé", RPPS)], "2 ans"),
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

SANS_OBJET: dict[str, Fabrique] = {
    "identité déjà là": lambda: d_identite(compte(nom="PÂRIS"), compte(nom="PÂRIS")),
    "permissions déjà là": lambda: permissions(["consultation"], compte(permissions=["biologie", "consultation"])),
    "déjà créé": lambda: [masse.compte_cree(extraction(ZOE), extraction(ZOE), "zoe.c", {"nom": "X"})],
    "rien à modifier": lambda: [masse.compte_modifie(extraction(NOE), extraction(ZOE), "zoe.c", {"nom": "X"})],
    "rien à supprimer": lambda: [masse.compte_supprime(extraction(NOE), extraction(NOE), "zoe.c")],
    "permission déjà là": lambda: de_permission(["b"], ["b"], "b", ajout=True),
    "aucun témoin": lambda: [masse.temoins_inchanges(extraction(NOE), extraction(NOE), ["zoe.c"])],
    "aucun compte attendu": lambda: [masse.fichier_fidele(extraction(ZOE), [])],
    "aucune opération": lambda: tracees([trace()]),
    "aucune trace": lambda: [traces.aucun_mot_de_passe([], ["Tr0pSecret!Zoé"])],
    "critère sans contrôle": lambda: [
        mots_de_passe.critere_exige("chiffre", False, "sans chiffre", "refuse", controle=False)
    ],
    "expiré sans contrôle": lambda: [mots_de_passe.changement_impose(False, False, "", "30 jours")],
    "aucun échec": lambda: [mots_de_passe.compte_bloque(0, False, "", changements=True)],
    "bloqué sans contrôle": lambda: [mots_de_passe.bloque_refuse(False, False, "refuse")],
    "faible sans contrôle": lambda: [mots_de_passe.faible_refuse(False, "8 lettres", "refuse", controle=False)],
    "tentatives trop courtes": lambda: tentatives(MANQUEE),
    "tentatives sans contrôle": lambda: [mots_de_passe.tentatives_limitees([MANQUEE], controle=False)],
    "aucune restriction": lambda: [mots_de_passe.restriction_reelle("", False, "refuse")],
    "signalement sans témoin": lambda: [rpps.absence_signalee(compte(), [], "Zoé", temoin=False)],
    "aucune période": lambda: reprises(),
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
    "message qui ne dit pas l'absence": lambda: [
        rpps.absence_signalee(compte(), ["Compte créé, recherche du RPPS dans l'annuaire lancée."], "Zoé", temoin=True)
    ],
    "onglet sans effet": lambda: [sessions.application_quittee("navigateur", True, True, "fait")],
    "expiré sans le dire": lambda: [mots_de_passe.changement_impose(True, False, "", "30 jours")],
    "session ouverte qui demande le changement": lambda: [
        mots_de_passe.changement_impose(True, True, "changement_mot_de_passe", "30 jours")
    ],
    "client sans effet": lambda: [sessions.application_quittee("client", True, True, "fait")],
    "fichier d'un format inconnu": lambda: du_fichier(b"\x00\x01 rien de lisible"),
    "classeur abîmé": lambda: du_fichier(b"PK\x03\x04abime"),
    "limité tard": lambda: tentatives(*[MANQUEE] * TENTATIVES_MAX, Tentative(False, bloque=True)),
    "compte non créé": lambda: [rpps.aucun_rpps(None, "Zoé")],
    "vérification non montrée": lambda: [identites.adresse_en_attente(ZOE, str(ZOE["courriel"]), "Zoé")],
    "coordonnée que le banc ne lit pas": lambda: [
        identites.changement_notifie({}, "Zoé", a_regarder=["06 00 00 00 00"])
    ],
}

REMARQUES: dict[str, Fabrique] = {
    "structures non gérées": lambda: [identites.structures_gerees(ZOE, ["1B0000001"], "Zoé")],
}
