"""La personne connectée par Pro Santé Connect appelle INSi, le DMP et sa BAL : on y lit son identité, et elle seule."""

from __future__ import annotations

from typing import Any

import pytest
from lxml import etree

from simulators.logiciel_temoin.erreurs import Enveloppe
from simulators.socle.echange import Echange
from simulators.socle.identites import par_cas
from tests.simulators.logiciel_temoin.psc_essai import BIOLOGISTE_1, BIOLOGISTE_2, EDIT, Essai, Fabrique

ROLES = {BIOLOGISTE_1: "biologiste_1", BIOLOGISTE_2: "biologiste_2", EDIT: "agent_accueil"}
_SAML = "{urn:oasis:names:tc:SAML:2.0:assertion}"


def patient(essai: Essai) -> str:
    """Un patient à l'identité validée, dont le DMP est ouvert."""
    qui = par_cas("nominal")
    essai.banc.dmp.etat.ouvrir_dossier(
        qui.matricule_ins, qui.oid, nom=qui.nom_naissance, prenoms=qui.prenoms, sexe=qui.sexe,
        date_naissance=qui.date_naissance,
    )  # fmt: skip
    traits = {
        "nom_naissance": qui.nom_naissance,
        "premier_prenom_naissance": qui.prenoms[0],
        "prenoms_naissance": " ".join(qui.prenoms),
        "date_naissance": qui.date_naissance,
        "sexe": qui.sexe,
        "code_lieu_naissance": qui.lieu_naissance or "99999",
    }
    patient_id = str(essai("creer_patient", identite=traits).donnees["patient_id"])
    essai("renseigner_justificatif", patient_id=patient_id, nature="passeport")
    essai("valider_identite", patient_id=patient_id)
    essai("enregistrer_opposition", patient_id=patient_id, valeur="non_opposition")
    return patient_id


def connecter(essai: Essai, identifiant: str) -> str:
    """Ouvre la session PSC de cette personne, rapprochée au besoin du compte qui joue son rôle."""
    if identifiant == EDIT:
        local = essai.labo.sessions.ouvrir("agent_accueil", "professionnel", ["mot_de_passe"])
        return essai.session(identifiant, session_id=local.session_id)
    return essai.session(identifiant)


def insi(essai: Essai, identifiant: str, patient_id: str, **choix: str) -> Enveloppe:
    return essai("appeler_insi", ROLES[identifiant], patient_id=patient_id, modalite="traits", **choix)


def vu(essai: Essai, service: str) -> list[Echange]:
    return [e for e in essai.journal.echanges(service, depuis=essai.depuis) if e.notes.get("jeton_etat")]


def nom_saml(echange: Echange) -> tuple[str, dict[str, Any]]:
    """NameID de l'assertion envoyée, et ses attributs."""
    octets = echange.requete.corps.octets
    debut, fin = octets.index(b"<"), octets.rindex(b"nvelope>") + len(b"nvelope>")
    [nom] = list(etree.fromstring(octets[debut:fin]).iter(f"{_SAML}NameID"))
    return nom.text or "", {str(cle): valeur for cle, valeur in nom.attrib.items()}


@pytest.mark.parametrize("qui", ROLES)
def test_identite_portee(psc: Fabrique, qui: str) -> None:
    """INSi puis le DMP voient l'identifiant national entier, dans le jeton et dans l'assertion, RPPS ou non."""
    essai = psc()
    patient_id = patient(essai)
    connecter(essai, qui)
    assert insi(essai, qui, patient_id).resultat == "fait"
    assert essai("consulter_dmp", ROLES[qui], patient_id=patient_id).resultat == "fait"
    for service in ("insi", "dmp"):
        appels = vu(essai, service)
        assert appels
        for appel in appels:
            attendu = {"voie": "api_psc", "jeton_etat": "valide", "jeton_identifiant": qui}
            assert attendu.items() <= appel.notes.items()
            assert nom_saml(appel)[0] == qui
    assert nom_saml(vu(essai, "insi")[0])[1]["NameQualifier"] == "PSC"
    assert b"SignatureValue" not in vu(essai, "insi")[0].requete.corps.octets
    assert len(essai.echanges("echange_jeton", "api_psc")) == 1
    for categorie in ("insi", "dmp"):
        [*_, trace] = essai("lire_traces", categorie=categorie).donnees["traces"]
        assert (trace["detail"]["mode"], trace["detail"]["identifiant_national"]) == ("psc", qui)


def test_sans_session(psc: Fabrique) -> None:
    """Sans connexion, ou une fois déconnecté, rien ne change des accès habituels."""
    essai = psc()
    patient_id = patient(essai)
    session_id = essai.session()
    essai("fermer_session", session_id=session_id)
    assert insi(essai, BIOLOGISTE_1, patient_id).resultat == "fait"
    assert (vu(essai, "insi"), essai.echanges("echange_jeton", "api_psc")) == ([], [])
    assert insi(essai, BIOLOGISTE_1, patient_id, authentification="psc").resultat == "refuse"


def test_deux_personnes(psc: Fabrique) -> None:
    """Deux personnes connectées ensemble : chacune ses jetons, dans chaque service."""
    essai = psc()
    patient_id = patient(essai)
    for qui in (BIOLOGISTE_1, BIOLOGISTE_2):
        connecter(essai, qui)
    for qui in (BIOLOGISTE_2, BIOLOGISTE_1, BIOLOGISTE_2):
        insi(essai, qui, patient_id)
        assert vu(essai, "insi")[-1].notes["jeton_identifiant"] == qui


def test_jeton_api_garde(psc: Fabrique) -> None:
    """Le jeton de l'API sert quatre heures : il n'est pas redemandé quand celui de la personne est renouvelé."""
    essai = psc()
    patient_id = patient(essai)
    essai.session()
    for _ in range(3):
        assert insi(essai, BIOLOGISTE_1, patient_id).resultat == "fait"
        essai.avancer(130)
    assert len(essai.echanges("echange_jeton", "api_psc")) == 1


def test_session_finie_ailleurs(psc: Fabrique) -> None:
    """PSC a fini la session : l'appel suivant ne porte plus de jeton, et la session du logiciel est fermée."""
    essai = psc()
    patient_id = patient(essai)
    session_id = essai.session()
    insi(essai, BIOLOGISTE_1, patient_id)
    essai.banc.psc.sessions.terminer(BIOLOGISTE_1)
    essai.avancer(130)
    insi(essai, BIOLOGISTE_1, patient_id)
    assert [e.notes["jeton_etat"] for e in vu(essai, "insi")] == ["valide"]
    assert not essai.ouverte(session_id)


def test_bal_de_la_personne(psc: Fabrique) -> None:
    """Sa BAL s'ouvre avec le jeton de sa session ; celle d'une autre personne ne s'ouvre pas."""
    essai = psc()
    sienne, autre = (bal.adresse for bal in essai.labo.environnement.bals if bal.type == "PER")
    assert essai("relever_boite", adresse=sienne).resultat == "fait"
    installation = vu(essai, "mssante")[-1].notes["jeton_session"]
    session_id = essai.session()
    assert essai("relever_boite", adresse=sienne).resultat == "fait"
    assert vu(essai, "mssante")[-1].notes["jeton_session"] != installation
    assert vu(essai, "mssante")[-1].notes["jeton_identifiant"] == BIOLOGISTE_1
    assert essai("relever_boite", adresse=autre).resultat == "refuse"
    essai("fermer_session", session_id=session_id)
    assert essai("relever_boite", adresse=sienne).resultat == "fait"
    assert vu(essai, "mssante")[-1].notes["jeton_session"] == installation


@pytest.mark.parametrize("service", ["insi", "dmp", "mss"])
def test_jeton_d_un_autre(psc: Fabrique, service: str) -> None:
    """Le défaut présente le jeton de l'autre personne connectée : le service le voit et refuse."""
    essai = psc(f"psc_{service}_jeton_d_un_autre")
    patient_id = patient(essai)
    insi(essai, BIOLOGISTE_1, patient_id)
    for qui in (BIOLOGISTE_1, BIOLOGISTE_2):
        connecter(essai, qui)
    adresse = next(bal.adresse for bal in essai.labo.environnement.bals if bal.rpps == BIOLOGISTE_1[1:])
    faites = {
        "insi": lambda: insi(essai, BIOLOGISTE_1, patient_id),
        "dmp": lambda: essai("consulter_dmp", patient_id=patient_id),
        "mss": lambda: essai("relever_boite", adresse=adresse),
    }
    assert faites[service]().resultat != "fait"
    nom = {"mss": "mssante"}.get(service, service)
    assert vu(essai, nom)[-1].notes["jeton_identifiant"] == BIOLOGISTE_2


def test_autre_certificat(psc: Fabrique) -> None:
    """Le défaut présente le jeton lié avec un autre certificat : l'API ne le reconnaît pas."""
    essai = psc("psc_api_autre_certificat")
    patient_id = patient(essai)
    essai.session()
    assert insi(essai, BIOLOGISTE_1, patient_id).resultat == "echec"
    assert vu(essai, "insi")[-1].notes["jeton_etat"] == "non_lie"


def test_jeton_perime_sans_rafraichissement(psc: Fabrique) -> None:
    """Le défaut qui ne rafraîchit jamais présente un jeton expiré."""
    essai = psc("psc_sans_refresh")
    adresse = next(bal.adresse for bal in essai.labo.environnement.bals if bal.rpps == BIOLOGISTE_1[1:])
    essai.session()
    essai.avancer(130)
    essai("relever_boite", adresse=adresse)
    assert "expire" in {e.notes["jeton_etat"] for e in vu(essai, "mssante")}
