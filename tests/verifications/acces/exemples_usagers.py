"""Exemples qui suivent et qui enfreignent chaque règle des dispositifs, coordonnées, usagers et structures."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from reports.constat import Constat
from steps.verifications.acces import coordonnees as coo
from steps.verifications.acces import dispositifs as dis
from steps.verifications.acces import structures as tiers
from steps.verifications.acces import usagers as usa
from steps.verifications.acces import usagers_connexion as con
from steps.verifications.acces.connexions import Connexion
from tests.verifications.acces.fabrique_usagers import (
    ADRESSE,
    AUTRE,
    BLOQUEE,
    ECHUE,
    FERMEE,
    IDENTITE,
    MESSAGE,
    NEUVE,
    NOTIFICATION,
    OUVERTE,
    REFUSEE,
    UN,
    compte,
    connexion_structure,
    declaration,
)

Fabrique = Callable[[], list[Constat]]
_FINESS, _SIREN, _SIRET, _RANG = "990000001", "999877152", "99941768634849", "99900000011001"
_VERIFIE = compte(courriel_verifie=True)
_REGLE = {"population": "usager", "type": "totp", "secondes": 5400}
_MUETTE = replace(OUVERTE, moyens=())


def _frequence(lue: object, *, accepte: bool = True) -> list[Constat]:
    return [dis.frequence_reglee(accepte, lue, population="usager", genre="totp", secondes=5400, dit="fait")]


def _familles(*declarations: tiers.Declaration) -> list[Constat]:
    return tiers.familles_identifiees(declarations)


def _toutes(**change: tiers.Declaration) -> list[tiers.Declaration]:
    justes = {
        "finess_geographique": declaration("finess_geographique", _FINESS),
        "finess_juridique": declaration("finess_juridique", _FINESS),
        "siren": declaration("siren", _SIREN),
        "siret": declaration("siret", _SIRET),
        "rpps_rang": declaration("rpps_rang", _RANG),
    }
    return [*{**justes, **change}.values()]


def _refuse(cas: str, statut: int | None, *, valide: int | None = 200) -> list[Constat]:
    return [tiers.refuse(cas, [connexion_structure("valide", valide), connexion_structure(cas, statut, numero=2)])]


def _inscription(cree: bool, connexion: Connexion | None, *, echouee: bool) -> list[Constat]:
    return [usa.inscription_refusee(cree, connexion, "essai", "refuse", echouee=echouee, controle="« Zoé »")]


def _attributs(**change: object) -> list[Constat]:
    lu = {**IDENTITE, **change}
    return usa.attributs_enregistres(
        [("Zoé", compte(identite=lu), IDENTITE), ("Noé", compte(identite=dict(AUTRE)), AUTRE)]
    )


CONFORMES: dict[str, Fabrique] = {
    "fréquence relue seule": lambda: _frequence(_REGLE),
    "fréquence relue parmi d'autres": lambda: _frequence([{**_REGLE, "type": "fido", "secondes": None}, _REGLE]),
    "renouvellement imposé": lambda: [dis.renouvellement_impose(OUVERTE, ECHUE, "1 h")],
    "autre type ouvert": lambda: [dis.autre_non_renouvele(OUVERTE, "totp")],
    "secret renouvelé": lambda: [dis.secret_renouvele(OUVERTE, REFUSEE)],
    "code faux refusé": lambda: [dis.code_faux_refuse(REFUSEE, OUVERTE)],
    "perte déclarée": lambda: [dis.perte_declaree(True, "administrateur", "fait")],
    "perdu refusé": lambda: [dis.perdu_refuse(OUVERTE, REFUSEE)],
    "perdu refusé sans autre demande": lambda: [dis.perdu_refuse(OUVERTE, FERMEE)],
    "perte prouvée": lambda: [dis.perte_prouvee(False, OUVERTE, "sans rien prouver", "refuse")],
    "autres en service": lambda: [dis.autres_en_service(OUVERTE)],
    "perte d'un autre refusée": lambda: [dis.perte_par_un_autre_refusee(False, OUVERTE, "refuse")],
    "délai relu": lambda: [dis.delai_regle(True, 900, 900, "fait")],
    "un facteur dans le délai": lambda: [dis.un_facteur_dans_le_delai(OUVERTE, UN, "60 s après")],
    "second facteur au-delà": lambda: [dis.second_facteur_au_dela(UN, REFUSEE, OUVERTE, "960 s après")],
    "dispense personnelle": lambda: [dis.dispense_personnelle(UN, REFUSEE)],
    "autre dispositif refusé": lambda: [dis.facteur_du_dispositif_initial(UN, FERMEE)],
    "coordonnée en attente": lambda: [coo.non_verifiee_d_emblee(compte())],
    "message envoyé": lambda: [coo.message_envoye([NOTIFICATION, MESSAGE], ADRESSE)],
    "code faux sans effet": lambda: [coo.code_faux_refuse(False, compte(), "un code tiré", "refuse")],
    "coordonnée confirmée": lambda: [coo.confirmee({**_VERIFIE, "courriel": ADRESSE.upper()}, ADRESSE, "fait")],
    "ancienne gardée": lambda: [coo.changement_en_attente(_VERIFIE, NEUVE)],
    "nouvelle non vérifiée": lambda: [coo.changement_en_attente(compte(courriel=NEUVE), NEUVE)],
    "ancienne prévenue": lambda: [coo.ancienne_prevenue([NOTIFICATION], ADRESSE)],
    "identité notifiée": lambda: [coo.identite_notifiee([NOTIFICATION], ADRESSE)],
    "inscription refusée": lambda: _inscription(False, None, echouee=False),
    "inscription faite, compte fermé": lambda: _inscription(True, FERMEE, echouee=False),
    "vérification échouée": lambda: _inscription(False, None, echouee=True),
    "moyens admis": lambda: [usa.moyens_admis(["franceconnect_plus", "apcv", "pvid", "piece_identite"])],
    "compte inscrit": lambda: [usa.compte_inscrit(compte(), "apcv", IDENTITE, "fait")],
    "compte inscrit, moyen tu": lambda: [
        usa.compte_inscrit({**compte(), "verification_identite": None}, "apcv", IDENTITE, "fait")
    ],
    "compte par un professionnel": lambda: [usa.compte_par_professionnel(compte(), IDENTITE, "fait")],
    "compte annoncé": lambda: [usa.compte_annonce([MESSAGE], ADRESSE)],
    "usager connecté": lambda: [usa.usager_connecte(OUVERTE)],
    "attributs enregistrés": lambda: _attributs(prenoms_naissance="Eloise  Anne"),
    "modification refusée": lambda: [usa.modification_refusee(None, None, "LAFORET", "sans", "refuse", controle=True)],
    "modification en attente": lambda: [
        usa.modification_refusee("AUBRIVAL", "", "LAFORET", "sans", "refuse", controle=True)
    ],
    "modification faite": lambda: [usa.modification_faite("Laforet", "LAFORET", "fait")],
    "un facteur refusé": lambda: [con.un_facteur_refuse(REFUSEE, OUVERTE, impose=False)],
    "deux facteurs imposés": lambda: [con.un_facteur_refuse(FERMEE, OUVERTE, impose=True)],
    "deux facteurs ouvrent": lambda: [con.deux_facteurs_ouvrent(OUVERTE)],
    "tentatives bloquées": lambda: [con.tentatives_limitees([FERMEE, FERMEE, BLOQUEE])],
    "tentatives temporisées": lambda: [con.tentatives_limitees([FERMEE, replace(FERMEE, attente_s=30.0)])],
    "captcha": lambda: [con.tentatives_limitees([replace(FERMEE, demande="captcha")])],
    "restriction tenue": lambda: [con.restriction_tenue(REFUSEE, BLOQUEE)],
    "autres usagers libres": lambda: [con.autres_usagers_libres(REFUSEE)],
    "faible refusé": lambda: [con.faible_refuse(False, "7 chiffres", "refuse", controle=True)],
    "fort accepté": lambda: [con.fort_accepte(True, REFUSEE, FERMEE, "fait")],
    "session fermée": lambda: [con.session_fermee(True, False, "fait")],
    "onglet fermé": lambda: [con.session_fermee_avec_le_client(True, False, "son onglet", "fait")],
    "durée relue": lambda: [con.duree_reglee(True, 300, 300, "fait")],
    "inactive fermée": lambda: [con.inactive_fermee(True, False, "après 310 s", "refuse")],
    "ouverte avant le terme": lambda: [con.ouverte_avant_le_terme(True, "après 290 s", "fait")],
    "familles identifiées": lambda: _familles(*_toutes()),
    "siret seul de sa famille": lambda: _familles(*_toutes(siren=declaration("siren", _SIREN, refusee=True))),
    "finess d'une autre sorte": lambda: _familles(
        *_toutes(finess_juridique=declaration("finess_juridique", _FINESS, lu=("finess_geographique", "990 000 001")))
    ),
    "clé contrôlée": lambda: [tiers.cle_controlee("siren", "999877153", False, "refuse", controle=True)],
    "certificat valide": lambda: [tiers.valide_accepte(connexion_structure("valide", 302))],
    **{f"{cas} refusé ({statut})": partial(_refuse, cas, statut)
       for cas in tiers.REFUS for statut in (None, 401, 403)},
}  # fmt: skip

FAUTIFS: dict[str, tuple[Fabrique, set[str]]] = {
    "fréquence d'une autre population": (lambda: _frequence({**_REGLE, "population": "patient"}), {"ACC-DIS-01"}),
    "fréquence d'un autre dispositif": (lambda: _frequence([{**_REGLE, "type": "fido"}]), {"ACC-DIS-01"}),
    "fréquence non gardée": (lambda: _frequence([]), {"ACC-DIS-01"}),
    "fréquence refusée": (lambda: _frequence(_REGLE, accepte=False), {"ACC-DIS-01"}),
    "échu accepté": (lambda: [dis.renouvellement_impose(OUVERTE, OUVERTE, "1 h")], {"ACC-DIS-02"}),
    "autre type échu": (lambda: [dis.autre_non_renouvele(ECHUE, "totp")], {"ACC-DIS-03"}),
    "ancien secret accepté": (lambda: [dis.secret_renouvele(OUVERTE, OUVERTE)], {"ACC-DIS-04"}),
    "nouveau secret refusé": (lambda: [dis.secret_renouvele(REFUSEE, REFUSEE)], {"ACC-DIS-04"}),
    "code faux accepté": (lambda: [dis.code_faux_refuse(OUVERTE, OUVERTE)], {"ACC-DIS-05"}),
    "perdu accepté": (lambda: [dis.perdu_refuse(OUVERTE, OUVERTE)], {"ACC-DIS-06"}),
    "perte sans preuve": (lambda: [dis.perte_prouvee(True, REFUSEE, "sans rien", "fait")], {"ACC-DIS-07"}),
    "refus de façade": (lambda: [dis.perte_prouvee(False, REFUSEE, "sans rien", "refuse")], {"ACC-DIS-07"}),
    "perte impossible": (lambda: [dis.perte_declaree(False, "titulaire", "refuse")], {"ACC-DIS-08"}),
    "autre désactivé": (lambda: [dis.autres_en_service(REFUSEE)], {"ACC-DIS-09"}),
    "perte par un autre": (lambda: [dis.perte_par_un_autre_refusee(True, REFUSEE, "fait")], {"ACC-DIS-10"}),
    "délai non gardé": (lambda: [dis.delai_regle(True, 0, 900, "fait")], {"ACC-DIS-11"}),
    "un facteur pour toujours": (
        lambda: [dis.second_facteur_au_dela(UN, UN, OUVERTE, "après")], {"ACC-DIS-13"}
    ),
    "dispense pour tous": (lambda: [dis.dispense_personnelle(UN, UN)], {"ACC-DIS-14"}),
    "autre dispositif seul": (lambda: [dis.facteur_du_dispositif_initial(UN, OUVERTE)], {"ACC-DIS-15"}),
    "vérifiée d'emblée": (lambda: [coo.non_verifiee_d_emblee(_VERIFIE)], {"ACC-COO-01"}),
    "aucun message": (lambda: [coo.message_envoye([], ADRESSE)], {"ACC-COO-02"}),
    "message sans code": (lambda: [coo.message_envoye([NOTIFICATION], ADRESSE)], {"ACC-COO-02"}),
    "code faux admis": (lambda: [coo.code_faux_refuse(True, _VERIFIE, "un code tiré", "fait")], {"ACC-COO-03"}),
    "refusé mais vérifié": (lambda: [coo.code_faux_refuse(False, _VERIFIE, "un code", "refuse")], {"ACC-COO-03"}),
    "confirmation sans effet": (lambda: [coo.confirmee(compte(), ADRESSE, "fait")], {"ACC-COO-04"}),
    "autre coordonnée vérifiée": (lambda: [coo.confirmee(_VERIFIE, NEUVE, "fait")], {"ACC-COO-04"}),
    "nouvelle d'emblée": (
        lambda: [coo.changement_en_attente({**_VERIFIE, "courriel": NEUVE}, NEUVE)], {"ACC-COO-05"}
    ),
    "ancienne oubliée": (lambda: [coo.ancienne_prevenue([], ADRESSE)], {"ACC-COO-06"}),
    "identité non notifiée": (lambda: [coo.identite_notifiee([], ADRESSE)], {"ACC-COO-07"}),
    "inscription sans vérification": (lambda: _inscription(True, OUVERTE, echouee=False), {"ACC-USA-01"}),
    "inscription non essayée ensuite": (lambda: _inscription(True, None, echouee=False), {"ACC-USA-01"}),
    "vérification de façade": (lambda: _inscription(True, OUVERTE, echouee=True), {"ACC-USA-03"}),
    "moyen non nommé": (lambda: [usa.moyens_admis(["apcv", "declaration_honneur"])], {"ACC-USA-02"}),
    "compte absent": (lambda: [usa.compte_inscrit(None, "apcv", IDENTITE, "fait")], {"ACC-USA-04"}),
    "autre moyen montré": (lambda: [usa.compte_inscrit(compte(), "pvid", IDENTITE, "fait")], {"ACC-USA-04"}),
    "identité d'un autre": (lambda: [usa.compte_par_professionnel(compte(), AUTRE, "fait")], {"ACC-USA-05"}),
    "professionnel refusé": (lambda: [usa.compte_par_professionnel(None, IDENTITE, "refuse")], {"ACC-USA-05"}),
    "usager non averti": (lambda: [usa.compte_annonce([], ADRESSE)], {"ACC-USA-06"}),
    "usager à la porte": (lambda: [usa.usager_connecte(REFUSEE)], {"ACC-USA-07"}),
    "lieu perdu": (lambda: _attributs(code_lieu_naissance=None), {"ACC-USA-08"}),
    "premier prénom seul": (lambda: _attributs(prenoms_naissance="ELOISE"), {"ACC-USA-08"}),
    "modifiée sans contrôle": (
        lambda: [usa.modification_refusee(None, "LAFORET", "LAFORET", "sans", "fait", controle=True)], {"ACC-USA-09"}
    ),
    "modification perdue": (lambda: [usa.modification_faite(None, "LAFORET", "fait")], {"ACC-USA-10"}),
    "un facteur par défaut": (lambda: [con.un_facteur_refuse(UN, OUVERTE, impose=False)], {"ACC-USA-11"}),
    "un facteur malgré le réglage": (lambda: [con.un_facteur_refuse(UN, OUVERTE, impose=True)], {"ACC-USA-13"}),
    "un seul facteur montré": (lambda: [con.deux_facteurs_ouvrent(UN)], {"ACC-USA-12"}),
    "tentatives sans fin": (lambda: [con.tentatives_limitees([FERMEE] * 100)], {"ACC-USA-14"}),
    "faux mot de passe ouvert": (lambda: [con.tentatives_limitees([FERMEE, UN])], {"ACC-USA-14"}),
    "restriction de façade": (lambda: [con.restriction_tenue(REFUSEE, REFUSEE)], {"ACC-USA-15"}),
    "autre usager bloqué": (lambda: [con.autres_usagers_libres(BLOQUEE)], {"ACC-USA-16"}),
    "faible accepté": (lambda: [con.faible_refuse(True, "7 chiffres", "fait", controle=True)], {"ACC-USA-17"}),
    "fort refusé": (lambda: [con.fort_accepte(False, FERMEE, REFUSEE, "refuse")], {"ACC-USA-18"}),
    "fort sans effet": (lambda: [con.fort_accepte(True, REFUSEE, REFUSEE, "fait")], {"ACC-USA-18"}),
    "session tenace": (lambda: [con.session_fermee(True, True, "fait")], {"ACC-USA-19"}),
    "durée non gardée": (lambda: [con.duree_reglee(True, 1800, 300, "fait")], {"ACC-USA-20"}),
    "inactive ouverte": (lambda: [con.inactive_fermee(True, True, "après 310 s", "fait")], {"ACC-USA-21"}),
    "fermée trop tôt": (lambda: [con.ouverte_avant_le_terme(False, "après 290 s", "refuse")], {"ACC-USA-22"}),
    "finess refusés": (
        lambda: _familles(*_toutes(
            finess_geographique=declaration("finess_geographique", _FINESS, refusee=True),
            finess_juridique=declaration("finess_juridique", _FINESS, refusee=True),
        )),
        {"ACC-STR-01"},
    ),
    "siren enregistré sans identifiant": (
        lambda: _familles(*_toutes(siren=tiers.Declaration("siren", _SIREN, {}, "fait"))), {"ACC-STR-02"},
    ),
    "siren tronqué": (lambda: _familles(*_toutes(siren=declaration("siren", _SIREN, lu=("siren", "99987715")))),
                      {"ACC-STR-02"}),
    "siret pris pour un finess": (
        lambda: _familles(*_toutes(siret=declaration("siret", _SIRET, lu=("finess_juridique", _SIRET)))),
        {"ACC-STR-02"},
    ),
    "rang refusé": (lambda: _familles(*_toutes(rpps_rang=declaration("rpps_rang", _RANG, refusee=True))),
                    {"ACC-STR-03"}),
    "clé non contrôlée": (
        lambda: [tiers.cle_controlee("siren", "999877153", True, "fait", controle=True)], {"ACC-STR-04"}
    ),
    "valide refusé": (lambda: [tiers.valide_accepte(connexion_structure("valide", None))], {"ACC-STR-10"}),
    "valide en erreur": (lambda: [tiers.valide_accepte(connexion_structure("valide", 500))], {"ACC-STR-10"}),
    **{f"{cas} accepté": (partial(_refuse, cas, 200), {regle.code})
       for cas, regle in tiers.REFUS.items()},
}  # fmt: skip

A_REGARDER: dict[str, Fabrique] = {
    "restriction tardive": lambda: [con.tentatives_limitees([*[FERMEE] * 25, BLOQUEE])],
    "compte annoncé sans moyen de se connecter": lambda: [usa.compte_annonce([NOTIFICATION], ADRESSE)],
    "onglet sans effet": lambda: [con.session_fermee_avec_le_client(True, True, "son onglet", "fait")],
    "session ouverte qui demande le renouvellement": lambda: [
        dis.renouvellement_impose(OUVERTE, replace(OUVERTE, demande="renouvellement_dispositif"), "1 h")
    ],
    "refus sans demande de renouvellement": lambda: [dis.renouvellement_impose(OUVERTE, FERMEE, "1 h")],
    "perte sans fonction": lambda: [dis.perte_declaree(False, "titulaire", "non_gere", absente=True)],
    "un seul facteur jamais admis": lambda: [dis.un_facteur_dans_le_delai(OUVERTE, REFUSEE, "60 s après")],
    "rien à limiter": lambda: [dis.second_facteur_au_dela(REFUSEE, REFUSEE, OUVERTE, "après")],
    "refus sans second facteur": lambda: [dis.second_facteur_au_dela(UN, FERMEE, OUVERTE, "après")],
    "dispense non admise": lambda: [dis.dispense_personnelle(REFUSEE, REFUSEE)],
    "dispense non admise, dispositif": lambda: [dis.facteur_du_dispositif_initial(REFUSEE, FERMEE)],
    "moyens non montrés": lambda: [usa.moyens_admis([])],
    "facteurs non montrés": lambda: [con.deux_facteurs_ouvrent(_MUETTE)],
}

SANS_OBJET: dict[str, Fabrique] = {
    "échec avant l'échéance": lambda: [dis.renouvellement_impose(REFUSEE, ECHUE, "1 h")],
    "code juste refusé": lambda: [dis.code_faux_refuse(REFUSEE, REFUSEE)],
    "perdu déjà refusé": lambda: [dis.perdu_refuse(REFUSEE, REFUSEE)],
    "jamais deux facteurs": lambda: [dis.un_facteur_dans_le_delai(UN, UN, "après")],
    "deux facteurs refusés": lambda: [dis.second_facteur_au_dela(UN, REFUSEE, REFUSEE, "après")],
    "compte non montré": lambda: [coo.non_verifiee_d_emblee(None), coo.changement_en_attente(None, NEUVE)],
    "aucune inscription": lambda: [usa.inscription_refusee(False, None, "essai", "refuse", echouee=True, controle="")],
    "un seul usager": lambda: usa.attributs_enregistres([("Zoé", compte(), IDENTITE)]),
    "modification jamais faite": lambda: [usa.modification_refusee(None, None, "X", "sans", "refuse", controle=False)],
    "deux facteurs n'ouvrent pas": lambda: [con.un_facteur_refuse(REFUSEE, REFUSEE, impose=False)],
    "aucune tentative": lambda: [con.tentatives_limitees([])],
    "tentatives trop peu nombreuses": lambda: [con.tentatives_limitees([FERMEE] * 26)],
    "bon mot de passe déjà refusé": lambda: [con.restriction_tenue(FERMEE, BLOQUEE)],
    "fort refusé aussi": lambda: [con.faible_refuse(False, "7 chiffres", "refuse", controle=False)],
    "session déjà fermée": lambda: [con.session_fermee(False, False, "refuse")],
    "aucune structure": lambda: _familles(),
    "juste refusé aussi": lambda: [tiers.cle_controlee("siren", "999877153", False, "refuse", controle=False)],
    "aucune connexion valide": lambda: [tiers.valide_accepte(None)],
    "valide refusé aussi": lambda: _refuse("revoque", 403, valide=403),
    "cas non essayé": lambda: [tiers.refuse("revoque", [connexion_structure("valide", 200)])],
}
