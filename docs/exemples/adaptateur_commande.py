"""Exemple d'adaptateur `commande` pour le banc SONS : un programme à vous, entre le banc et votre logiciel.

Aucune dépendance : Python 3.9 suffit. Copiez ce fichier à côté de votre logiciel.yaml, gardez `main`, et remplacez le
corps des actions par ce que votre logiciel sait faire (son API, sa base, sa ligne de commande, son interface).

    adaptateurs:
      outil:
        type: commande
        commande: [python3, adaptateur_commande.py, --persistant]
        persistant: true

Sans `persistant`, le banc lance ce programme à chaque action : une demande en entrée, une réponse en sortie. Avec,
il le lance une fois : une ligne par demande, une ligne par réponse. Les deux sont traités ici.

Ce que dit une demande :
    version       "1"
    action        le nom d'une action du contrat (python -m steps contrat --actions), ou `apropos`, ou `actions`
    utilisateur   le compte qui agit (rôle du contrat, ou le vôtre si `comptes` le traduit)
    parametres    ceux de l'action
    environnement le fichier où le banc a écrit ses adresses, ses certificats et ses identités de test
    numero        en marche continue seulement : à recopier dans la réponse

Ce que dit une réponse : resultat (fait, refuse, echec, non_gere), messages (ce que l'utilisateur a vu), donnees (selon
le contrat). Écrivez vos traces sur la sortie d'erreur : elles vont au journal de la campagne. La sortie standard est au
banc.
"""

import atexit
import json
import os
import shlex
import subprocess
import sys
import urllib.error
import urllib.request

# ---------------------------------------------------------------- votre logiciel
# Pour l'exemple, le logiciel a une petite API HTTP. Elle est déjà lancée (LABO_URL), ou ce programme la lance
# (LABO_LANCER) en lui donnant le fichier d'environnement : les ports du banc changent à chaque campagne.
_logiciel = {"url": os.environ.get("LABO_URL", "")}


def preparer(environnement):
    """À la première demande : lance le logiciel, ou recopie les adresses du banc dans son paramétrage."""
    if _logiciel["url"]:
        return
    commande = [mot.replace("{environnement}", environnement) for mot in shlex.split(os.environ["LABO_LANCER"])]
    processus = subprocess.Popen(commande, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    atexit.register(arreter, processus)
    _logiciel["url"] = json.loads(processus.stdout.readline())["url"]
    print("logiciel lancé :", _logiciel["url"], file=sys.stderr)


def arreter(processus):
    """Rend le logiciel quand le banc ferme l'entrée de ce programme."""
    processus.stdin.close()
    processus.wait(10)
    processus.stdout.close()


def appeler(chemin, corps=None):
    """Un appel à l'API du logiciel ; rend ce qu'elle répond."""
    envoi = None if corps is None else json.dumps(corps).encode()
    requete = urllib.request.Request(_logiciel["url"] + chemin, envoi, {"Content-Type": "application/json"})
    with urllib.request.urlopen(requete, timeout=50) as reponse:
        return json.load(reponse)


# ---------------------------------------------------------------- les actions
def reponse(resultat, *messages, **donnees):
    """L'enveloppe attendue par le banc."""
    return {"resultat": resultat, "messages": list(messages), "donnees": donnees}


def apropos(demande):
    """Ce que montre la boîte « à propos » : nom et version, comme dans logiciel.yaml."""
    dit = appeler("/apropos")
    return reponse("fait", **dit)


def actions(demande):
    """Ce que ce programme sait jouer : le banc dira d'avance quels scénarios demandent autre chose."""
    return reponse("fait", actions=sorted(ACTIONS))


def creer_patient(demande):
    """Crée la fiche ; l'API de l'exemple parle déjà les mots du contrat, la vôtre demandera une traduction."""
    rendu = appeler("/actions/creer_patient", {"utilisateur": demande["utilisateur"], **demande["parametres"]})
    if rendu["resultat"] != "fait":
        return reponse(rendu["resultat"], *rendu["messages"])
    return reponse("fait", *rendu["messages"], **rendu["donnees"])


def relayer(demande):
    """Une action que l'API de l'exemple joue telle quelle."""
    return appeler(f"/actions/{demande['action']}", {"utilisateur": demande["utilisateur"], **demande["parametres"]})


ACTIONS = {
    "creer_patient": creer_patient,
    "lire_patient": relayer,
    "attribuer_attribut": relayer,
    "appeler_insi": relayer,
}
"""Action du contrat → fonction. Ce qui n'y est pas est répondu `non_gere`."""


# ---------------------------------------------------------------- le protocole
def traiter(texte):
    """Une demande, une réponse ; une erreur devient `echec` avec ce qu'un utilisateur en verrait."""
    demande = json.loads(texte)
    preparer(demande["environnement"])
    jouer = {"apropos": apropos, "actions": actions, **ACTIONS}.get(demande["action"])
    if jouer is None:
        rendu = reponse("non_gere", "action absente de cet adaptateur")
    else:
        print(demande["action"], "par", demande["utilisateur"], file=sys.stderr, flush=True)
        try:
            rendu = jouer(demande)
        except urllib.error.URLError as erreur:
            # Ne cachez pas une panne derrière un « refuse » : le logiciel serait jugé sur elle.
            raise SystemExit(f"le logiciel ne répond pas : {erreur}") from erreur
    if "numero" in demande:
        rendu = {**rendu, "numero": demande["numero"]}
    return json.dumps(rendu)


def main():
    """Une demande, ou une par ligne."""
    if "--persistant" in sys.argv:
        for ligne in sys.stdin:
            print(traiter(ligne), flush=True)
    else:
        print(traiter(sys.stdin.read()))


if __name__ == "__main__":
    main()
